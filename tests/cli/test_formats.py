"""Every format that can be picked: made by the real program, judged by ffprobe and a full decode."""
import array
import json
import os
import shutil
import subprocess

import support

TAGS = {'h264': 'avc1', 'h265': 'hvc1', 'vp9': 'vp09', 'av1': 'av01', 'prores': 'apcn', 'dnxhd': 'AVdh'}
FRAMES = 10
MATRIX_FRAMES, MATRIX_SECONDS = 12, 3
LEVELS = ('draft', 'low', 'medium', 'high', 'ultra')


def packets(path):
    """The hash of every packet of the picture, as it is stored."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:v', '-c', 'copy', '-f',
                           'framehash', '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
    return [line.split(',')[-1].strip() for line in done.stdout.decode().splitlines() if not line.startswith('#')]


def samples(path, channels):
    """How many samples of each channel a decoder gives."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:a', '-f', 's16le', '-'],
                          check=True, capture_output=True, timeout=support.TIMEOUT)
    return len(done.stdout) / 2 / channels


class Formats(support.CliTest):
    """The shared clip is as small as every codec takes, and has ten frames."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = os.path.join(cls.shared, 'tiny.mp4')
        support.make_clip(cls.clip, seconds=FRAMES / 25, size='256x144')

    def export(self, specs, *args, source=None, status=0):
        """The exports of a request for those outputs."""
        options = [word for spec in specs for word in ('--output', spec)]
        document = self.run_json('export', source or self.clip, '-d', self.out, *options, *args, status=status)
        for export in document['exports']:
            self.assertEqual((export['status'], export['error']), ('completed', None))
            self.assertTrue(export['certificate']['passed'])
        return document['exports']

    def assert_decodes(self, path):
        """Every frame of every stream is decoded, without a complaint; what ffprobe found."""
        done = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json',
                               'file:' + path], capture_output=True, timeout=support.TIMEOUT)
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        return json.loads(done.stdout)

    def catalog(self, command):
        return {entry['id']: entry for entry in self.run_json(command)[command]}


def print_matrix(columns, rows):
    """A table as comments of the protocol: what was made of every codec in every container with every sound."""
    print('# | video | container | %s |' % ' | '.join(columns))
    print('# |---|---|%s' % ('---|' * len(columns)))
    for (codec, container), cells in rows.items():
        print('# | %s | %s | %s |' % (codec, container, ' | '.join(cells.get(column, 'refused') for column in columns)))


class Matrix(Formats):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = os.path.join(cls.shared, 'three-seconds.mp4')
        support.make_clip(cls.clip, seconds=MATRIX_SECONDS, size='256x144', rate=MATRIX_FRAMES // MATRIX_SECONDS)

    def assert_triple(self, path, codec, container, audio):
        facts = self.assert_decodes(path)
        video, sound = support.stream(facts, 'video'), support.stream(facts, 'audio')
        self.assertEqual(len(facts['streams']), 2)
        self.assertEqual((video['codec_name'], sound['codec_name']), (codec['probe_name'], audio['probe_name']))
        self.assertEqual((video['width'], video['height'], int(video['nb_read_frames'])), (256, 144, MATRIX_FRAMES))
        self.assertAlmostEqual(float(facts['format']['duration']), MATRIX_SECONDS, delta=0.05)
        if container in ('mp4', 'mov'):
            self.assertEqual(video['codec_tag_string'], TAGS[codec['id']])

    def test_every_triple(self):
        codecs, containers = self.catalog('codecs'), self.catalog('containers')
        made = {(video['id'], container): {} for video in codecs.values() if video['type'] == 'video'
                for container in containers if containers[container]['video_codecs']}
        for container in containers.values():
            triples = [(video, audio) for video in container['video_codecs'] for audio in container['audio_codecs']
                       if codecs[video]['available'] and codecs[audio]['available']]
            if not triples:
                continue
            specs = ['container=%s,codec=%s,audio-codec=%s' % (container['id'], *triple) for triple in triples]
            exports = self.export(specs, '--speed', 'ultrafast', '--name', container['id'])
            for (video, audio), export in zip(triples, exports):
                with self.subTest(container=container['id'], video=video, audio=audio):
                    self.assert_triple(export['output_files'][0], codecs[video], container['id'], codecs[audio])
                    made[video, container['id']][audio] = 'ok'
        print_matrix([codec['id'] for codec in codecs.values() if codec['type'] == 'audio'], made)

    def assert_refused(self, pairs, setting, code, member):
        """Each pair of codec and container is refused by a sentence with both names, unless the catalog has it."""
        containers = self.catalog('containers')
        specs = ['container=%s,%s=%s' % (container, setting, codec) for codec, container in pairs]
        document = self.run_json('validate', self.clip, *[word for spec in specs for word in ('--output', spec)], status=3)
        for index, (codec, container) in enumerate(pairs):
            with self.subTest(codec=codec, container=container):
                found = [issue for issue in document['issues'] if issue['output'] == index and issue['code'] == code]
                self.assertEqual(len(found), 0 if codec in containers[container][member] else 1, document['issues'])
                for issue in found:
                    self.assertIn(containers[container]['name'], issue['message'])

    def test_every_other_pair_is_refused(self):
        codecs, containers = self.catalog('codecs'), self.catalog('containers')
        for kind, setting, code, member in (('video', 'codec', 'codec-not-in-container', 'video_codecs'),
                                            ('audio', 'audio-codec', 'audio-codec-not-in-container', 'audio_codecs')):
            pairs = [(codec['id'], container) for codec in codecs.values() if codec['type'] == kind
                     for container in containers]
            self.assert_refused(pairs, setting, code, member)

    def test_both_encoders_of_av1(self):
        specs = ['codec=av1,speed=fast', 'codec=av1,rate-control=cbr,video-bitrate=100k', 'codec=av1,resolution=106x60']
        for export in self.export(specs):
            self.assertEqual(support.stream(self.assert_decodes(export['output_files'][0]), 'video')['codec_name'], 'av1')

    def test_picture_too_small_for_dnxhr(self):
        document = self.run_json('export', self.clip, '-d', self.out, '--codec', 'dnxhd', '--resolution', '160x90', status=3)
        self.assertIn('256×120', ' '.join(issue['message'] for issue in document['issues']))

    def test_small_pictures(self):
        specs = ['codec=%s,resolution=%s' % (codec, size) for codec in ('h264', 'h265', 'vp9', 'av1')
                 for size in ('16x16', '48x32')]
        for export in self.export(specs):
            self.assert_decodes(export['output_files'][0])


class Levels(Formats):
    def test_every_level_of_every_codec(self):
        for codec in self.catalog('codecs').values():
            if codec['type'] != 'video' or not codec['available']:
                continue
            exports = self.export(['quality=' + level for level in LEVELS], '--codec', codec['id'], '--speed', 'ultrafast',
                                  '--audio-codec', 'none', '--name', codec['id'])
            sizes = [os.path.getsize(export['output_files'][0]) for export in exports]
            with self.subTest(codec['id']):
                self.assertEqual(sizes, sorted(sizes))
                self.assertLess(sizes[0], sizes[2])
                self.assertLess(sizes[2], sizes[4])
                for export in exports:
                    facts = self.assert_decodes(export['output_files'][0])
                    self.assertEqual(support.stream(facts, 'video')['nb_read_frames'], str(FRAMES))

    def test_every_resolution(self):
        sizes = {entry['id']: (entry['width'], entry['height'])
                 for entry in self.run_json('resolutions')['resolutions']}
        exports = self.export(['resolution=%s,fit=pad' % name for name in sizes], '--upscale', '--speed', 'ultrafast',
                              '--audio-codec', 'none')
        for (name, size), export in zip(sizes.items(), exports):
            with self.subTest(name):
                video = support.stream(self.assert_decodes(export['output_files'][0]), 'video')
                self.assertEqual((video['width'], video['height'], video['sample_aspect_ratio']), (*size, '1:1'))

    def test_every_profile_for_editing(self):
        codecs = self.catalog('codecs')
        for codec, names in (('prores', ('Proxy', 'LT', 'Standard', 'HQ', '4444')),
                             ('dnxhd', ('DNXHR LB', 'DNXHR SQ', 'DNXHR HQ', 'DNXHR HQX', 'DNXHR 444'))):
            profiles = [profile['profile_id'] for profile in codecs[codec]['known_profiles']]
            exports = self.export(['codec=%s,profile=%s' % (codec, profile) for profile in profiles])
            found = [support.stream(self.assert_decodes(export['output_files'][0]), 'video')['profile']
                     for export in exports]
            self.assertEqual(found, list(names))

    def test_every_system_preset(self):
        made = {'social_quick': ('mp4', 'h264', 'aac'), 'social_quality': ('mp4', 'h264', 'aac'),
                'web_optimized': ('webm', 'vp9', 'opus'), 'professional': ('mov', 'prores', 'pcm_s16le'),
                'archive': ('mkv', 'hevc', 'flac'), 'mobile': ('mp4', 'h264', 'aac')}
        exports = self.export(['preset=' + preset for preset in made])
        for (preset, (extension, video, audio)), export in zip(made.items(), exports):
            with self.subTest(preset):
                path = export['output_files'][0]
                facts = self.assert_decodes(path)
                self.assertTrue(path.endswith('.' + extension))
                self.assertEqual([stream['codec_name'] for stream in facts['streams']], [video, audio])

    def test_deep_and_transparent_pictures(self):
        source = os.path.join(self.root, 'deep.mkv')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=256x144:rate=25:duration=0.2', '-c:v', 'ffv1', '-pix_fmt',
                       'yuva444p10le', source)
        exports = self.export(['codec=prores,profile=4444', 'codec=h265,speed=ultrafast', 'codec=dnxhd,profile=hqx',
                               'codec=h264'], source=source)
        formats = [support.stream(self.assert_decodes(export['output_files'][0]), 'video')['pix_fmt']
                   for export in exports]
        self.assertEqual(formats, ['yuva444p12le', 'yuv420p10le', 'yuv422p10le', 'yuv420p'])


class Platforms(Formats):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = os.path.join(cls.shared, 'long-enough.mp4')
        support.make_clip(cls.clip, seconds=4.2, size='320x180', rate=24)

    def assert_taken(self, facts, platform):
        """The strictest of its rules, checked on the file from outside."""
        video = support.stream(facts, 'video')
        limits, recommended = platform['limits'], platform['recommended']
        codecs = {'h265': 'hevc'}
        self.assertIn(video['codec_name'], [codecs.get(codec, codec) for codec in limits['video_codecs'] or
                                            [recommended['video_codec']]])
        numerator, denominator = map(int, video['avg_frame_rate'].split('/'))
        if limits.get('max_frame_rate'):
            self.assertLessEqual(numerator / denominator, limits['max_frame_rate'] + 0.01)
        if limits.get('max_width'):
            self.assertLessEqual(video['width'], limits['max_width'])
        if platform['vertical']:
            self.assertEqual((video['width'], video['height']), (1080, 1920))
        if limits.get('max_size_bytes'):
            self.assertLessEqual(int(facts['format']['size']), limits['max_size_bytes'])
        if limits.get('pixel_formats'):
            self.assertIn(video['pix_fmt'], limits['pixel_formats'])

    def test_every_platform(self):
        platforms = self.catalog('platforms')
        exports = self.export(['platform=' + platform for platform in platforms], '--speed', 'ultrafast')
        self.assertEqual(len(exports), len(platforms))
        for (name, platform), export in zip(platforms.items(), exports):
            with self.subTest(name):
                self.assertEqual(export['platform'], name)
                self.assert_taken(self.assert_decodes(export['output_files'][0]), platform)


class Sound(Formats):
    ALONE = {'m4a': 'aac', 'mp3': 'mp3', 'opus': 'opus', 'flac': 'flac', 'wav': 'pcm_s16le'}

    def make_source(self, rate=44100, layout='stereo', seconds=2, codec='pcm_s24le'):
        path = os.path.join(self.root, 'sound.mkv')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=256x144:rate=25:duration=%s' % seconds, '-f', 'lavfi', '-i',
                       'sine=frequency=440:sample_rate=%d:duration=%s' % (rate, seconds), '-af', 'aformat=channel_layouts=' +
                       layout, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', codec, path)
        return path

    def test_alone_and_trimmed(self):
        start, end = 0.3, 1.537
        exports = self.export(['container=' + container for container in self.ALONE], '--start', str(start), '--end',
                              str(end), source=self.make_source())
        for (container, codec), export in zip(self.ALONE.items(), exports):
            with self.subTest(container):
                path = export['output_files'][0]
                facts = self.assert_decodes(path)
                self.assertEqual([stream['codec_name'] for stream in facts['streams']], [codec])
                self.assertTrue(path.endswith('.' + container))
                self.assertAlmostEqual(export['duration_seconds'], end - start, delta=0.001)
                rate = int(facts['streams'][0]['sample_rate'])
                self.assertEqual(rate, 48000 if container == 'opus' else 44100)
                # FFmpeg's decoder gives the whole of AAC's last frame, whatever the container says.
                self.assertAlmostEqual(samples(path, 2), round((end - start) * rate), delta=1024 if codec == 'aac' else 1)
                if codec == 'aac':
                    self.assertAlmostEqual(float(facts['streams'][0]['duration']), end - start, delta=0.001)

    def test_source_without_picture(self):
        source = os.path.join(self.root, 'song.flac')
        support.ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=96000:duration=1', source)
        exports = self.export(['audio-codec=aac', 'audio-codec=mp3', 'container=wav', 'container=mkv,audio-codec=flac'],
                              source=source)
        rates = [support.stream(self.assert_decodes(export['output_files'][0]), 'audio')['sample_rate']
                 for export in exports]
        self.assertEqual(rates, ['48000', '48000', '96000', '96000'])

    def test_surround(self):
        exports = self.export(['container=mp3', 'container=m4a', 'container=flac', 'container=opus', 'container=wav'],
                              source=self.make_source(layout='5.1', rate=48000))
        channels = [support.stream(self.assert_decodes(export['output_files'][0]), 'audio')['channels']
                    for export in exports]
        self.assertEqual(channels, [2, 6, 6, 6, 6])

    def onset(self, path):
        """When the sound begins, in seconds of the file's own time."""
        done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:a', '-af',
                               'aresample=48000:async=1:first_pts=0', '-ac', '1', '-f', 's16le', '-'], check=True,
                              capture_output=True, timeout=support.TIMEOUT)
        values = array.array('h', done.stdout)
        return next(index for index, value in enumerate(values) if abs(value) > 2000) / 48000

    def test_in_sync(self):
        source = os.path.join(self.root, 'late.mkv')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=256x144:rate=25:duration=1.5', '-f', 'lavfi', '-i',
                       'aevalsrc=exprs=0.9*sin(2*PI*1000*t)*gt(t\\,1):s=44100:d=1.5', '-c:v', 'libx264', '-preset', 'ultrafast',
                       '-c:a', 'flac', source)
        specs = ['container=%s,codec=h264,audio-codec=%s' % (container['id'], audio)
                 for container in self.catalog('containers').values() if 'h264' in container['video_codecs']
                 for audio in container['audio_codecs']]
        specs += ['container=' + container for container in ('webm', *self.ALONE)]
        for spec, export in zip(specs, self.export(specs, '--speed', 'ultrafast', source=source)):
            with self.subTest(spec):
                self.assertAlmostEqual(self.onset(export['output_files'][0]), 1, delta=0.01)

    def test_flac_keeps_every_bit(self):
        source = self.make_source()
        exports = self.export(['container=flac', 'container=mp4,audio-codec=flac,codec=h264',
                               'container=mkv,audio-codec=flac,codec=h264'], source=source)
        wanted = self.sound_of(source)
        for export in exports:
            with self.subTest(export['output_files'][0]):
                self.assertEqual(self.sound_of(export['output_files'][0]), wanted)
        # The header is filled in at the end of encoding: a hash of all samples, and their number.
        with open(exports[0]['output_files'][0], 'rb') as file:
            header = file.read(42)
        self.assertEqual(header[:4], b'fLaC')
        self.assertNotEqual(header[26:42], bytes(16))
        self.assertEqual(int.from_bytes(header[21:26], 'big') & 0xfffffffff, 2 * 44100)

    @staticmethod
    def sound_of(path):
        done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:a', '-c:a', 'pcm_s24le',
                               '-f', 'hash', '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
        return done.stdout


class Joined(Formats):
    """Sources of several chunks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = os.path.join(cls.shared, 'long.mkv')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=256x144:rate=5:duration=27', '-c:v', 'ffv1', '-pix_fmt',
                       'yuv422p10le', '-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709',
                       '-color_trc', 'bt709', cls.clip)

    def assert_unbroken(self, path, *encoder):
        """That @path has the packets that one encoder makes of the whole."""
        whole = os.path.join(self.root, 'whole.mov')
        support.ffmpeg('-i', self.clip, *encoder, whole)
        self.assertEqual(packets(path), packets(whole))

    def test_codecs_for_editing_do_not_show_the_joins(self):
        exports = self.export(['codec=prores,profile=hq', 'codec=dnxhd,profile=hqx'])
        self.assert_unbroken(exports[0]['output_files'][0], '-c:v', 'prores_ks', '-profile:v', 'hq', '-vendor', 'apl0')
        self.assert_unbroken(exports[1]['output_files'][0], '-c:v', 'dnxhd', '-profile:v', 'dnxhr_hqx')

    def test_bytes_do_not_depend_on_the_order(self):
        specs = ['codec=h265', 'codec=av1', 'codec=prores']
        first = [packets(export['output_files'][0]) for export in self.export(specs, '--speed', 'ultrafast')]
        shutil.rmtree(self.cache, ignore_errors=True)
        again = [packets(export['output_files'][0]) for export in self.export(specs, '--speed', 'ultrafast', '--sequential')]
        self.assertEqual(first, again)

    def test_every_codec_joins(self):
        exports = self.export(['codec=h265,quality=draft', 'codec=h265,crf=30', 'codec=av1', 'codec=vp9',
                               'codec=av1,rate-control=cbr,video-bitrate=100k'], '--speed', 'ultrafast')
        for export in exports:
            with self.subTest(export['output_files'][0]):
                video = support.stream(self.assert_decodes(export['output_files'][0]), 'video')
                self.assertEqual(video['nb_read_frames'], '135')


class Along(Formats):
    """What travels along with picture and sound."""

    CHAPTERS = [('Start', 0, 0.5), ('Middle', 0.5, 1.2), ('Ende ü', 1.2, 2)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = os.path.join(cls.shared, 'text')
        with open(text, 'w', encoding='utf-8') as file:
            file.write(';FFMETADATA1\ntitle=A day\nartist=Me\nlocation=+59.3293+018.0686/\n')
            for title, start, end in cls.CHAPTERS:
                file.write('[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n' % (start * 1000, end * 1000, title))
        cls.clip = os.path.join(cls.shared, 'tracks.mp4')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=256x144:rate=25:duration=2', '-f', 'lavfi', '-i',
                       'sine=frequency=440:duration=2', '-f', 'lavfi', '-i', 'sine=frequency=1760:duration=2', '-i', text,
                       '-map', '0', '-map', '1', '-map', '2', '-map_metadata', '3', '-map_chapters', '3', '-metadata:s:a:0',
                       'language=deu', '-metadata:s:a:1', 'language=swe', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a',
                       'aac', cls.clip)

    @staticmethod
    def tags(path):
        """The tags of the file, wherever its container has them, in small letters."""
        facts = support.ffprobe(path)
        tags = dict(support.stream(facts, 'audio').get('tags', {}), **facts['format'].get('tags', {}))
        return {key.lower(): value for key, value in tags.items()}

    @staticmethod
    def chapters(path):
        done = subprocess.run(['ffprobe', '-v', 'error', '-show_chapters', '-of', 'json', 'file:' + path], check=True,
                              capture_output=True, timeout=support.TIMEOUT)
        return [(chapter['tags']['title'], float(chapter['start_time']), float(chapter['end_time']))
                for chapter in json.loads(done.stdout)['chapters']]

    def assert_chapters(self, path, wanted):
        found = self.chapters(path)
        self.assertEqual([chapter[0] for chapter in found], [chapter[0] for chapter in wanted])
        for chapter, other in zip(found, wanted):
            self.assertAlmostEqual(chapter[1], other[1], delta=0.002)
            self.assertAlmostEqual(chapter[2], other[2], delta=0.03)

    def test_chapters_and_title(self):
        containers = ('mp4', 'mov', 'mkv', 'webm', 'm4a', 'opus')
        exports = self.export(['container=' + container for container in containers], '--speed', 'ultrafast')
        for container, export in zip(containers, exports):
            with self.subTest(container):
                path = export['output_files'][0]
                self.assert_decodes(path)
                self.assert_chapters(path, self.CHAPTERS)
                tags = self.tags(path)
                self.assertEqual((tags['title'], tags['artist']), ('A day', 'Me'))
                self.assertNotIn('location', tags)

    def test_chapters_of_a_part(self):
        exports = self.export(['container=mkv,start=0.3,end=1.5,codec=h264'])
        self.assert_chapters(exports[0]['output_files'][0], [('Start', 0, 0.18), ('Middle', 0.18, 0.88), ('Ende ü', 0.88, 1.2)])

    def test_keep_metadata(self):
        exports = self.export(['keep-metadata', 'keep-metadata=no', 'platform=tiktok', 'platform=tiktok,keep-metadata'],
                              '--speed', 'ultrafast')
        paths = [export['output_files'][0] for export in exports]
        tags = [self.tags(path) for path in paths]
        self.assertEqual([found.get('title') for found in tags], ['A day', None, 'A day', 'A day'])
        self.assertEqual(['location' in found for found in tags], [True, False, False, False])
        self.assertEqual([len(self.chapters(path)) for path in paths], [3, 0, 3, 3])

    def frequency(self, path):
        """Of the tone, by counting where it crosses zero."""
        done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:a', '-ac', '1', '-ar',
                               '48000', '-f', 's16le', '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
        values = array.array('h', done.stdout)
        crossings = sum((a < 0) != (b < 0) for a, b in zip(values, values[1:]))
        return crossings / 2 / (len(values) / 48000)

    def test_audio_track_and_language(self):
        containers = ('mp4', 'mov', 'mkv', 'webm')
        for track, frequency, languages in ((0, 440, ('deu', 'ger', 'deu', 'deu')), (1, 1760, ('swe', 'sve', 'swe', 'swe'))):
            exports = self.export(['container=%s' % container for container in containers], '--audio-track', str(track),
                                  '--speed', 'ultrafast')
            for container, language, export in zip(containers, languages, exports):
                with self.subTest(container=container, track=track):
                    path = export['output_files'][0]
                    self.assertAlmostEqual(self.frequency(path), frequency, delta=100)
                    self.assertEqual(support.stream(support.ffprobe(path), 'audio')['tags']['language'], language)


class Presets(Formats):
    """The user's own presets on the command line."""

    def add(self, preset):
        return self.run_cli('presets', 'add', '-', '--json', stdin=json.dumps(preset).encode())

    def test_copy_of_a_system_preset(self):
        preset = json.loads(self.run_cli('presets', 'export', 'mobile').text)
        self.assertEqual(self.add(preset).status, 1)
        preset.update(preset_id='mine', name='My own', custom_settings={'resolution': '128x72', 'fit': 'stretch'})
        answer = self.add(preset)
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertFalse(answer.json['is_system'])
        self.assertIn('mine', self.catalog('presets'))
        exports = self.export(['preset=mine'])
        video = support.stream(support.ffprobe(exports[0]['output_files'][0]), 'video')
        self.assertEqual((video['codec_name'], video['width'], video['height']), ('h264', 128, 72))

    def test_replace_and_remove(self):
        self.assertEqual(self.add({'preset_id': 'mine', 'name': 'One', 'target_quality': 'low'}).status, 0)
        self.assertEqual(self.add({'preset_id': 'mine', 'name': 'Two', 'target_quality': 'high'}).status, 0)
        self.assertEqual(json.loads(self.run_cli('presets', 'export', 'mine').text)['name'], 'Two')
        self.assertEqual(self.run_cli('presets', 'remove', 'mine').status, 0)
        self.assertNotIn('mine', self.catalog('presets'))
        self.assert_usage('presets', 'remove', 'mine', says='mine')

    def test_refused(self):
        for preset, says in (({'preset_id': 'mine', 'name': 'X', 'target_quality': 'hgih'}, 'hgih'),
                             ({'preset_id': 'mine', 'target_quality': 'high'}, 'name'),
                             ({'preset_id': 'mine', 'name': 'X', 'target_quality': 'high',
                               'custom_settings': {'flavour': 1}}, 'flavour'), ([], '')):
            with self.subTest(preset):
                answer = self.add(preset)
                self.assertEqual(answer.status, 3, answer.messages)
                self.assertIn(says, answer.messages)
        self.assertNotIn('mine', self.catalog('presets'))
        self.assertEqual(self.run_cli('presets', 'remove', 'mobile').status, 1)
        self.assert_usage('presets', 'add', os.path.join(self.root, 'nothing'))


support.main()
