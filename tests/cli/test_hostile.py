"""Files that are broken, absurd or malicious: each is read or refused with a sentence, and no worker breaks over it.

The files are made here: small ones of the common containers by ffmpeg, then edited byte by byte with a fixed SEED. Under
the sanitizers (tests/run --sanitize) whatever they report about the program or a worker is a failure.
"""
import glob
import json
import os
import random
import re
import struct
import subprocess

import support

SEED = int(os.environ.get('SEED', '5'))

VIDEO = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=1.5']
SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=1.5']
SEEDS = {
    'h264.mp4': ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '5', '-c:a', 'aac'],
    'fragments.mp4': ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '5', '-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov'],
    'prores.mov': ['-c:v', 'prores_ks', '-c:a', 'pcm_s16le'],
    'vp9.webm': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'],
    'mpeg4.avi': ['-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
    'mpeg2.ts': ['-c:v', 'mpeg2video', '-c:a', 'mp2'],
    'flac.mkv': ['-c:v', 'mpeg4', '-c:a', 'flac'],
    'h263.flv': ['-c:v', 'flv', '-c:a', 'libmp3lame'],
}

# What a sanitizer says.
REPORT = re.compile(r'(AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer|runtime error:)')

# Of the ffmpeg program, which gives frames at irregular times the ticks of a regular rate.
IRREGULAR = 'non monotonically increasing dts to muxer'

WRAPPER = '#!/bin/sh\nexec "$REAL_WORKER" 2>> "$WORKER_LOG"\n'


def box(kind, content=b'', size=None):
    """A box of an MP4 file; a @size that lies."""
    return struct.pack('>I4s', len(content) + 8 if size is None else size, kind) + content


class Maker:
    """Writes the files; @found lists them."""

    def __init__(self, folder):
        self.folder = folder
        self.random = random.Random(SEED)
        self.found = []

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as file:
            file.write(content)
        self.found.append(path)

    def flip(self, content, count, first=0, last=None):
        """@count bits of it changed, between two places."""
        data = bytearray(content)
        for _ in range(count):
            place = self.random.randrange(first, min(last or len(data), len(data)))
            data[place] ^= 1 << self.random.randrange(8)
        return bytes(data)

    def patch(self, content, mark, offset, value):
        """@value written @offset bytes after each @mark; the file must have one."""
        data, at = bytearray(content), content.find(mark)
        assert at >= 0, mark
        while at >= 0:
            data[at + len(mark) + offset:at + len(mark) + offset + len(value)] = value
            at = content.find(mark, at + 1)
        return bytes(data)

    def break_one(self, name, content):
        stem, extension = os.path.splitext(name)
        size = len(content)
        self.write('%s-cut%s' % (stem, extension), content[:int(size * self.random.uniform(0.4, 0.99))])
        self.write('%s-head%s' % (stem, extension), self.flip(content, 12, 0, 1500))
        self.write('%s-all%s' % (stem, extension), self.flip(content, size // 300))
        self.write('%s-halves%s' % (stem, extension), content[size // 2:] + content[:size // 2])

    def lie_in_mp4(self, content):
        """Facts that cannot be."""
        ff, huge = b'\xff', b'\x7f\xff\xff\xff'
        self.write('dimensions.mp4', self.patch(self.patch(content, b'avc1', 24, ff * 4), b'tkhd', 76, ff * 8))
        self.write('durations.mp4', self.patch(content, b'stts', 8, huge))
        self.write('sample-count.mp4', self.patch(content, b'stsz', 8, ff * 4))
        self.write('sample-size.mp4', self.patch(content, b'stsz', 12, huge))
        self.write('offsets.mp4', self.patch(content, b'stco', 8, ff * 4))
        self.write('timescale.mp4', self.patch(content, b'mdhd', 12, bytes(4)))
        self.write('edit-list.mp4', self.patch(content, b'elst', 12, ff * 4))
        self.write('reordering.mp4', self.patch(content, b'ctts', 12, huge))
        self.write('rotation.mp4', self.patch(content, b'tkhd', 40, ff * 36))
        self.write('parameter-set.mp4', self.patch(content, b'avcC', 8, ff * 20))
        self.write('box-size.mp4', self.patch(content, b'stbl', -8, ff * 4))

    def lie_elsewhere(self):
        deep = b''
        for _ in range(3000):
            deep = box(b'moov', deep)
        self.write('deep.mp4', box(b'ftyp', b'isom\0\0\2\0isom') + deep)
        self.write('only-type.mp4', box(b'ftyp', b'isom\0\0\2\0isom'))
        self.write('no-end.mp4', box(b'ftyp', b'isom\0\0\2\0isom') + box(b'moov', size=0xFFFFFFFF))
        self.write('no-size.mp4', box(b'ftyp', b'isom\0\0\2\0isom') + box(b'mdat', b'x' * 100, size=0))
        self.write('long-size.mp4', box(b'moov', struct.pack('>Q', 1 << 62), size=1))
        self.write('ebml.mkv', b'\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfe' + b'\x18\x53\x80\x67' * 200)
        self.write('sound.wav', b'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\x20\0data\xff\xff\xff\xff'
                   + bytes(3000))
        self.write('picture.png', b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\2\0\0\0\0\0\0\0')
        self.write('empty.mp4', b'')
        self.write('byte.mp4', b'\0')
        self.write('zeros.mp4', bytes(5000))
        self.write('noise.mp4', bytes(self.random.randrange(256) for _ in range(20000)))
        self.write('text.mp4', b'This is a text.\n' * 50)
        self.write('page.mp4', b'<!DOCTYPE html><html><body>404</body></html>')

    def lead_elsewhere(self):
        """Texts that name other files or hosts."""
        self.write('list.mp4', b'ffconcat version 1.0\nfile /etc/passwd\n')
        self.write('playlist.mp4', b'#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n')
        self.write('playlist.m3u8', b'#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n')
        self.write('session.sdp', b'v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n')
        self.write('manifest.mpd', b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>/etc/passwd</BaseURL></MPD>')
        self.write('drawing.svg', b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&e;</svg>')
        self.write('captions.ass', b'[Events]\nDialogue: 0,0:00:00.00,9:99:99.99,Default,,0,0,0,,' + b'{\\p1}' * 5000 + b'\n')


class Hostile(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = os.path.join(cls.shared, 'hostile')
        os.mkdir(cls.folder)
        maker = Maker(cls.folder)
        for name, options in SEEDS.items():
            path = os.path.join(cls.shared, 'seed-' + name)
            support.ffmpeg(*VIDEO, *SOUND, '-pix_fmt', 'yuv422p10le' if name == 'prores.mov' else 'yuv420p', '-shortest', *options, path)
            with open(path, 'rb') as file:
                content = file.read()
            maker.break_one(name, content)
            if name == 'h264.mp4':
                maker.lie_in_mp4(content)
        maker.lie_elsewhere()
        maker.lead_elsewhere()
        # A little file of a very large picture.
        support.ffmpeg('-f', 'lavfi', '-i', 'color=size=6000x6000:rate=1:duration=1', '-c:v', 'png', '-pix_fmt', 'rgb24',
                       os.path.join(cls.folder, 'large.mov'))
        maker.found.append(os.path.join(cls.folder, 'large.mov'))
        cls.files = maker.found

    def setUp(self):
        super().setUp()
        self.log = os.path.join(self.root, 'worker.log')
        wrapper = os.path.join(self.root, 'worker')
        with open(wrapper, 'w', encoding='ascii') as file:
            file.write(WRAPPER)
        os.chmod(wrapper, 0o755)
        self.env.update(REAL_WORKER=os.environ['SENDOFF_WORKER'], WORKER_LOG=self.log, SENDOFF_WORKER=wrapper)

    def ask(self, *args):
        """Any answer will do, but for those of a program that breaks."""
        answer = self.run_cli(*args, '--json')
        self.assertIn(answer.status, [0, 1, 3, 4], answer.messages)
        self.assertIsNone(REPORT.search(answer.messages), answer.messages)
        return answer.json

    def check_workers(self):
        with open(self.log, 'rb') as file:
            log = file.read().decode('utf-8', 'replace')
        found = REPORT.search(log)
        self.assertIsNone(found, log[max(found.start() - 200, 0):found.start() + 6000] if found else '')

    def check_words(self, error):
        """A sentence for people, about the file and not about a process."""
        self.assertNotIn(error['code'], ['worker-crashed', 'worker-hung', 'bad-data'], error)
        self.assertRegex(error['message'], r'^\S.*[.!]$')

    def check_outputs(self, job):
        for export in job['exports']:
            if export['status'] == 'completed':
                for path in export['output_files']:
                    errors = [line for line in support.decode_errors(path).splitlines() if IRREGULAR not in line]
                    self.assertEqual(errors, [], path)
            else:
                self.check_words(export['error'])

    def test_all(self):
        plans = self.ask('plan', *self.files, '--scan', '--codec', 'h264', '--speed', 'ultrafast', '-d', self.out)['plans']
        self.assertEqual(len(plans), len(self.files))
        readable = []
        for path, plan in zip(self.files, plans):
            with self.subTest(file=os.path.basename(path)):
                if 'error' in plan:
                    self.check_words(plan['error'])
                elif not any(issue['severity'] == 'error' for issue in plan['issues']):
                    readable.append(path)
        self.assertGreater(len(readable), len(SEEDS))
        self.assertGreater(len(self.files) - len(readable), len(SEEDS))
        jobs = self.ask('export', *readable, '--codec', 'h264', '--speed', 'ultrafast', '-d', self.out)['jobs']
        for job in jobs:
            with self.subTest(file=job['input']):
                if 'error' in job:
                    self.check_words(job['error'])
                else:
                    self.check_outputs(job)
        self.assertEqual([name for name in os.listdir(self.out) if name.startswith('.')], [])
        self.check_workers()

    def test_looked_at(self):
        """Still pictures, and a full decode."""
        for path in self.files[::12]:
            with self.subTest(file=os.path.basename(path)):
                self.ask('thumbnails', path, '-d', self.out)
                self.ask('verify', path, '--full')
        self.check_workers()

    def test_reports_are_seen(self):
        """What a worker says on its standard error is looked at."""
        with open(self.log, 'w', encoding='ascii') as file:
            file.write('==1==ERROR: AddressSanitizer: heap-buffer-overflow\n')
        with self.assertRaises(AssertionError):
            self.check_workers()


support.main()
