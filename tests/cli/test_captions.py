"""Captions, subtitles and covers: in the picture, in the file, beside it; judged by ffprobe and by the frames themselves."""
import hashlib
import os
import subprocess

import support

SRT = ('1\n00:00:00,500 --> 00:00:02,000\nFirst line\n\n2\n00:00:01,500 --> 00:00:03,000\n<i>Second</i> line\n\n'
       '3\n00:00:08,000 --> 00:00:11,000\nÜber die Mitte, 日本語\n')


def texts(path, track=0):
    """The cues of a text track or file, as ffmpeg writes them as SRT: [(times, text)]."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:s:%d' % track, '-f', 'srt',
                           '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
    blocks = [b.split('\n') for b in done.stdout.decode().replace('\r', '').strip().split('\n\n') if b.strip()]
    return [(b[1], '\n'.join(b[2:])) for b in blocks]


def lit_frames(path):
    """Which frames of a black film hold something bright."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-vf',
                           'signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-', '-an', '-f', 'null', '-'],
                          check=True, capture_output=True, timeout=support.TIMEOUT)
    values = [float(line.split('=')[1]) for line in done.stdout.decode().splitlines() if '=' in line and 'YMAX' in line]
    return [i for i, value in enumerate(values) if value > 150]


def bright_box(path, seconds):
    """The rows and columns of a frame's bright pixels, as fractions: top, bottom, left, right."""
    facts = support.stream(support.ffprobe(path), 'video')
    width, height = facts['width'], facts['height']
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-ss', str(seconds), '-i', 'file:' + path, '-frames:v', '1',
                           '-pix_fmt', 'gray', '-f', 'rawvideo', '-'], check=True, capture_output=True,
                          timeout=support.TIMEOUT)
    rows = [done.stdout[y * width:(y + 1) * width] for y in range(height)]
    lit = [y for y, row in enumerate(rows) if max(row) > 150]
    columns = [x for x in range(width) if max(rows[y][x] for y in lit) > 150]
    return lit[0] / height, lit[-1] / height, columns[0] / width, columns[-1] / width


class Captions(support.CliTest):
    """The film is black and twelve seconds long, so that several chunks share a caption."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = os.path.join(cls.shared, 'film.mp4')
        support.ffmpeg('-f', 'lavfi', '-i', 'color=black:size=320x180:rate=10:duration=12', '-f', 'lavfi', '-i',
                       'sine=duration=12', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', cls.clip)
        cls.srt = os.path.join(cls.shared, "it's: a [film], 100%.en.srt")
        with open(cls.srt, 'w', encoding='utf-8') as file:
            file.write(SRT)

    def export(self, *args, source=None, captions=True):
        words = ('--captions', self.srt) if captions else ()
        export = self.run_json('export', source or self.clip, '-d', self.out, '--quality', 'draft', '--speed', 'ultrafast',
                               '--overwrite', *words, *args)['exports'][0]
        self.assertTrue(export['certificate']['passed'])
        self.assertEqual([os.path.getsize(path) for path in export['output_files']],
                         [export['file_sizes'][path] for path in export['output_files']])
        return export['output_files']

    def subtitles(self, path):
        return [s for s in support.ffprobe(path)['streams'] if s['codec_type'] == 'subtitle']

    def test_tracks(self):
        for container, codec in (('mp4', 'mov_text'), ('mov', 'mov_text'), ('mkv', 'subrip')):
            with self.subTest(container):
                path, = self.export('--container', container)
                stream, = self.subtitles(path)
                self.assertEqual((stream['codec_name'], stream['tags']['language']), (codec, 'eng'))
                cues = texts(path)
                self.assertEqual(cues[0][0].split(' --> ')[0], '00:00:00,500')
                self.assertEqual(cues[-1], ('00:00:08,000 --> 00:00:11,000', 'Über die Mitte, 日本語'))
                self.assertEqual(support.decode_errors(path), '')

    def test_mp4_shows_overlapping_texts_together(self):
        path, = self.export('--container', 'mp4')
        self.assertEqual(texts(path)[:3], [('00:00:00,500 --> 00:00:01,500', 'First line'),
                                           ('00:00:01,500 --> 00:00:02,000', 'First line\n<i>Second</i> line'),
                                           ('00:00:02,000 --> 00:00:03,000', '<i>Second</i> line')])

    def test_webm(self):
        path, = self.export('--container', 'webm', '--end', '3', '--audio-codec', 'none')
        self.assertEqual([s['codec_name'] for s in self.subtitles(path)], ['webvtt'])
        self.assertEqual(texts(path)[0], ('00:00:00,500 --> 00:00:02,000', 'First line'))

    def test_trimming_moves_captions(self):
        path, = self.export('--container', 'mkv', '--start', '1', '--end', '9.5')
        self.assertEqual([cue[0] for cue in texts(path)], ['00:00:00,000 --> 00:00:01,000', '00:00:00,500 --> 00:00:02,000',
                                                           '00:00:07,000 --> 00:00:08,500'])

    def test_sidecar(self):
        path, beside = self.export('--platform', 'youtube')
        self.assertEqual((os.path.splitext(path)[0], '.srt'), os.path.splitext(beside))
        self.assertEqual(self.subtitles(path), [])
        self.assertEqual(texts(beside)[1], ('00:00:01,500 --> 00:00:03,000', '<i>Second</i> line'))
        path, beside = self.export('--platform', 'web', '--end', '3')
        with open(beside, encoding='utf-8') as file:
            self.assertTrue(file.read().startswith('WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nFirst line\n'))

    def test_sidecars_find_a_free_name_together(self):
        first = self.run_json('export', self.clip, '-d', self.out, '--platform', 'linkedin', '--quality', 'draft', '--captions',
                              self.srt)['exports'][0]['output_files']
        os.remove(first[0])
        second = self.run_json('export', self.clip, '-d', self.out, '--platform', 'linkedin', '--quality', 'draft', '--captions',
                               self.srt)['exports'][0]['output_files']
        self.assertEqual([os.path.basename(p) for p in second], ['film - LinkedIn (2).mp4', 'film - LinkedIn (2).srt'])

    def test_burned_in_to_the_frame(self):
        shown = list(range(5, 30)) + list(range(80, 110))
        path, = self.export('--container', 'mp4', '--captions-mode', 'burn')
        self.assertEqual(self.subtitles(path), [])
        self.assertEqual(lit_frames(path), shown)
        path, = self.export('--container', 'mov', '--captions-mode', 'burn', '--start', '1', '--end', '10', '--codec', 'prores',
                            '--audio-codec', 'none')
        self.assertEqual(lit_frames(path), [i - 10 for i in shown if 10 <= i < 100])

    def test_burned_in_bytes_repeat(self):
        hashes = set()
        for folder in ('a', 'b'):
            self.env['SENDOFF_CACHE_DIR'] = os.path.join(self.root, folder)
            path, = self.export('--container', 'mkv', '--captions-mode', 'burn', '--audio-codec', 'none')
            with open(path, 'rb') as file:
                hashes.add(hashlib.sha256(file.read()).hexdigest())
        self.assertEqual(len(hashes), 1)

    def test_other_captions_are_other_pictures(self):
        path, = self.export('--container', 'mkv', '--captions-mode', 'burn')
        other = os.path.join(self.root, 'other.srt')
        with open(other, 'w') as file:
            file.write('1\n00:00:04,000 --> 00:00:05,000\nElsewhere\n')
        path, = self.export('--container', 'mkv', '--captions-mode', 'burn', '--captions', other, captions=False)
        self.assertEqual(lit_frames(path), list(range(40, 50)))

    def test_platforms_without_captions_get_them_in_the_picture(self):
        """Inside the frame, above what the app lays over its lower part, and not as wide as its buttons."""
        path, = self.export('--platform', 'tiktok', '--end', '3', '--upscale', '--resolution', '540x960')
        top, bottom, left, right = bright_box(path, 1.7)
        self.assertGreater(top, 0.5)
        self.assertLess(bottom, 0.80)
        self.assertGreater(left, 0.05)
        self.assertLess(right, 0.90)

    def test_per_output(self):
        plain = os.path.join(self.root, 'plain.srt')
        os.symlink(self.srt, plain)
        document = self.run_json('export', self.clip, '-d', self.out, '--quality', 'draft', '--end', '1', '--output',
                                 'container=mkv,captions=' + plain, '--output', 'container=mp4')
        self.assertEqual([len(self.subtitles(e['output_files'][0])) for e in document['exports']], [1, 0])

    def refuse(self, content, *says, name='bad.srt'):
        path = os.path.join(self.root, name)
        if content is not None:
            with open(path, 'wb') as file:
                file.write(content)
        answer = self.run_cli('export', self.clip, '-d', self.out, '--captions', path)
        self.assertEqual(answer.status, 3, answer.messages)
        for word in says:
            self.assertIn(word, answer.messages)
        self.assertEqual(os.listdir(self.out), [])

    def test_what_cannot_be_read_is_said_before(self):
        self.refuse(SRT.encode('utf-8').replace('Ü'.encode('utf-8'), b'\xdc'), 'old encoding', 'UTF-8')
        self.refuse(b'This is not a file of captions.\n', 'SRT, WebVTT or ASS')
        self.refuse(b'', 'bad.srt')
        self.refuse(None, 'bad.srt')

    def test_utf16_and_marks_are_read(self):
        for encoding in ('utf-16', 'utf-8-sig'):
            path = os.path.join(self.root, encoding + '.srt')
            with open(path, 'wb') as file:
                file.write(SRT.encode(encoding))
            made, = self.export('--container', 'mkv', '--captions', path, captions=False)
            self.assertEqual(texts(made)[-1][1], 'Über die Mitte, 日本語')

    def make_subtitled(self):
        path = os.path.join(self.root, 'subtitled.mkv')
        support.ffmpeg('-i', self.clip, '-i', self.srt, '-map', '0', '-map', '1', '-map', '1', '-c', 'copy', '-c:s:1', 'ass',
                       '-metadata:s:s:0', 'language=deu', '-metadata:s:s:1', 'language=jpn', '-metadata:s:s:1', 'title=Signs',
                       '-disposition:s:1', 'default', path)
        return path

    def test_subtitles_of_the_source_travel_along(self):
        source = self.make_subtitled()
        for container, codecs in (('mkv', ['subrip', 'ass']), ('mp4', ['mov_text', 'mov_text'])):
            path, = self.export('--container', container, source=source, captions=False)
            streams = self.subtitles(path)
            self.assertEqual([s['codec_name'] for s in streams], codecs)
            self.assertEqual([s['tags']['language'] for s in streams], ['deu', 'jpn'])
            self.assertEqual([s['disposition']['default'] for s in streams][-1], 1)
            self.assertIn('Signs', str(streams[1]['tags']))
        path, = self.export('--platform', 'x', source=source, captions=False)
        self.assertEqual(self.subtitles(path), [])
        path, = self.export('--container', 'mkv', '--captions-mode', 'burn', '--captions-track', '1', source=source,
                            captions=False)
        self.assertEqual((self.subtitles(path), lit_frames(path)[0]), ([], 5))

    def test_cover_travels_along(self):
        cover = os.path.join(self.root, 'cover.png')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '1', cover)
        source = os.path.join(self.root, 'song.m4a')
        support.ffmpeg('-i', self.clip, '-i', cover, '-map', '0:a', '-map', '1', '-c', 'copy', '-disposition:v',
                       'attached_pic', source)
        with open(cover, 'rb') as file:
            wanted = file.read()
        for container in ('m4a', 'mp3', 'flac'):
            path, = self.export('--container', container, source=source, captions=False)
            picture = support.stream(support.ffprobe(path), 'video')
            self.assertEqual(picture['disposition']['attached_pic'], 1)
            found = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:v', '-c', 'copy',
                                    '-f', 'image2pipe', '-'], check=True, capture_output=True).stdout
            self.assertEqual(found, wanted)
        path, = self.export('--container', 'm4a', '--no-keep-metadata', source=source, captions=False)
        self.assertEqual([s['codec_type'] for s in support.ffprobe(path)['streams']], ['audio'])

    def test_cover_does_not_tell_where_it_was_taken(self):
        plain = os.path.join(self.root, 'plain.jpg')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '1', '-bitexact', plain)
        with open(plain, 'rb') as file:
            data = file.read()
        secret = b'Exif\0\0II*\0GPS 52.5163 N 13.3777 E'
        cover = os.path.join(self.root, 'cover.jpg')
        with open(cover, 'wb') as file:
            file.write(data[:2] + b'\xff\xe1' + (2 + len(secret)).to_bytes(2, 'big') + secret + data[2:])
        source = os.path.join(self.root, 'song.m4a')
        support.ffmpeg('-i', self.clip, '-i', cover, '-map', '0:a', '-map', '1', '-c', 'copy', '-disposition:v',
                       'attached_pic', source)
        with open(source, 'rb') as file:
            self.assertIn(secret, file.read())
        path, = self.export('--container', 'm4a', '--keep-metadata', source=source, captions=False)
        found = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:v', '-c', 'copy',
                                '-f', 'image2pipe', '-'], check=True, capture_output=True).stdout
        self.assertEqual(found, data)


if __name__ == '__main__':
    support.main()
