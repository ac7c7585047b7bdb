"""The picture: colours, HDR, framing and orientation as other programs see them."""
import json
import os
import subprocess

import support

PRIMARIES = 'G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)'
HDR10 = ['-pix_fmt', 'yuv420p10le', '-color_range', 'tv', '-colorspace', 'bt2020nc', '-color_primaries', 'bt2020']
PQ = [*HDR10, '-color_trc', 'smpte2084']
HLG = [*HDR10, '-color_trc', 'arib-std-b67']
REFERENCE = ('zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,'
             'zscale=t=bt709:m=bt709:r=tv,format=yuv420p')


def has(kind, name):
    done = subprocess.run(['ffmpeg', '-hide_banner', '-' + kind], capture_output=True, check=True, timeout=support.TIMEOUT)
    return any(name in line.split() for line in done.stdout.decode().splitlines())


def has_option(name):
    done = subprocess.run(['ffmpeg', '-hide_banner', '-h', 'full'], capture_output=True, check=True, timeout=support.TIMEOUT)
    return ('-' + name).encode() in done.stdout


def pixels(path, chain='null', frame=0):
    """The bytes of one frame, in rows without gaps."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:v', '-vf',
                           "select='eq(n,%d)',%s" % (frame, chain), '-frames:v', '1', '-f', 'rawvideo', '-'],
                          check=True, capture_output=True, timeout=support.TIMEOUT)
    return done.stdout


def luma(path, chain='null', deep=False):
    """The luma values of the first frame as they are stored."""
    data = pixels(path, chain + ',extractplanes=y')
    return [low + 256 * high for low, high in zip(data[::2], data[1::2])] if deep else list(data)


def color_of(path):
    video = support.stream(support.ffprobe(path), 'video')
    return tuple(video.get(key) for key in ('color_range', 'color_space', 'color_primaries', 'color_transfer'))


class Picture(support.CliTest):
    def export(self, source, specs, *args, status=0):
        """The paths of the files of a request for those outputs."""
        options = [word for spec in specs for word in ('--output', spec)]
        document = self.run_json('export', source, '-d', self.out, *options, '--audio-codec', 'none', *args, status=status)
        for export in document['exports']:
            self.assertEqual((export['status'], export['error']), ('completed', None))
            self.assertTrue(export['certificate']['passed'], export['certificate'])
        return [export['output_files'][0] for export in document['exports']]

    def make(self, name, source, *options):
        path = os.path.join(self.root, name)
        support.ffmpeg('-f', 'lavfi', '-i', source, *options, path)
        return path

    def assert_near(self, found, wanted, delta):
        self.assertEqual(len(found), len(wanted))
        for one, other in zip(found, wanted):
            self.assertAlmostEqual(one, other, delta=delta)


class Hdr(Picture):
    MASTERING = {'red_x': 0.68, 'red_y': 0.32, 'green_x': 0.265, 'green_y': 0.69, 'blue_x': 0.15, 'blue_y': 0.06,
                 'white_point_x': 0.3127, 'white_point_y': 0.329, 'min_luminance': 0.005, 'max_luminance': 1000}

    def make_hdr10(self, size='256x144', seconds=0.4):
        if not has('encoders', 'libx265'):
            self.skipTest('ffmpeg has no libx265')
        return self.make('hdr10.mp4', 'testsrc2=size=%s:rate=25:duration=%s' % (size, seconds), *PQ, '-c:v', 'libx265', '-preset',
                         'ultrafast', '-x265-params', 'log-level=error:master-display=%sL(10000000,50):max-cll=1000,400' % PRIMARIES)

    @staticmethod
    def side_data(path):
        """What container and first frame say about the brightness, by type; their numbers as fractions."""
        done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_streams', '-of', 'json', 'file:' + path],
                              check=True, capture_output=True, timeout=support.TIMEOUT)
        stream = json.loads(done.stdout)['streams'][0]
        return {entry['side_data_type']: entry for entry in stream.get('side_data_list', ())}

    def assert_mastering(self, path):
        data = self.side_data(path)
        light = data['Content light level metadata']
        self.assertEqual((light['max_content'], light['max_average']), (1000, 400))
        display = data['Mastering display metadata']
        for key, value in self.MASTERING.items():
            numerator, denominator = map(int, display[key].split('/'))
            self.assertAlmostEqual(numerator / denominator, value, delta=0.001)

    def test_kept_with_mastering_data(self):
        source = self.make_hdr10()
        specs = ['codec=h265', 'codec=h265,container=mkv', 'codec=vp9,container=webm', 'codec=vp9,container=mp4', 'codec=av1,speed=fast',
                 'codec=av1,container=mkv,rate-control=cbr,video-bitrate=1M', 'codec=prores,hdr=keep']
        for spec, path in zip(specs, self.export(source, specs, '--speed', 'ultrafast')):
            with self.subTest(spec):
                self.assertEqual(color_of(path), ('tv', 'bt2020nc', 'bt2020', 'smpte2084'))
                self.assertIn('10le', support.stream(support.ffprobe(path), 'video')['pix_fmt'])
                self.assert_mastering(path)
                self.assertEqual(support.decode_errors(path), '')

    def test_hlg(self):
        source = self.make('hlg.mkv', 'testsrc2=size=256x144:rate=25:duration=0.2', *HLG, '-c:v', 'ffv1')
        kept, flat, asked = self.export(source, ['codec=h265', 'codec=h264', 'codec=h265,hdr=sdr'], '--speed', 'ultrafast')
        self.assertEqual(color_of(kept), ('tv', 'bt2020nc', 'bt2020', 'arib-std-b67'))
        for path in (flat, asked):
            self.assertEqual(color_of(path), ('tv', 'bt709', 'bt709', 'bt709'))

    def test_data_is_the_same_in_every_chunk(self):
        path, = self.export(self.make_hdr10(size='64x64', seconds=30), ['codec=h265'], '--speed', 'ultrafast')
        done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-skip_frame', 'nokey', '-show_frames', '-of', 'json',
                               'file:' + path], check=True, capture_output=True, timeout=support.TIMEOUT)
        frames = json.loads(done.stdout)['frames']
        self.assertGreater(len(frames), 3)
        self.assert_mastering(path)
        self.assertEqual({frame['color_transfer'] for frame in frames}, {'smpte2084'})

    def test_tones_as_the_reference(self):
        """A grey ramp of PQ and HLG, mapped by us and by the ffmpeg program: its middle within 3 percent, no step back."""
        if not has('filters', 'zscale'):
            self.skipTest('ffmpeg has no zscale')
        for name, options in (('pq', PQ), ('hlg', HLG)):
            source = self.make(name + '.mkv', "color=size=256x16:rate=25:duration=0.2,format=yuv420p10le,"
                               "geq=lum='64+876*X/255':cb=512:cr=512", *options, '-c:v', 'ffv1')
            path, = self.export(source, ['codec=prores,hdr=sdr,profile=4444'])
            wanted = [value - 16 for value in luma(source, REFERENCE)[:256]]
            found = [value / 16 - 16 for value in luma(path, deep=True)[:256]]  # 12 bits are decoded
            middle = min(range(256), key=lambda x: abs(wanted[x] - 0.409 * 219))  # 18 % of light
            with self.subTest(name):
                self.assertAlmostEqual(found[middle], wanted[middle], delta=0.03 * wanted[middle])
                self.assert_near(found, wanted, 3)
                self.assertEqual(found, sorted(found))

    def test_bars_are_not_brighter_than_white(self):
        path, = self.export(self.make_hdr10(), ['codec=prores,hdr=keep,resolution=256x256,pad-color=white'])
        self.assertAlmostEqual(luma(path, deep=True)[0], 573, delta=3)

    def test_refused(self):
        source = self.make_hdr10()
        document = self.run_json('validate', source, '--codec', 'h264', '--hdr', 'keep', status=3)
        self.assertIn('hdr-not-in-codec', [issue['code'] for issue in document['issues']])
        document = self.run_json('validate', source, '--codec', 'h265')
        self.assertIn('hdr-kept', [issue['code'] for issue in document['issues']])


class Colours(Picture):
    BARS = 'smptehdbars=size=640x360:rate=25:duration=0.6'
    RED = (81, 90, 240), (63, 102, 240)  # in the numbers of BT.601 and of BT.709

    def make_red(self, name, *options, size='320x240'):
        return self.make(name, 'color=red:size=%s:rate=25:duration=0.2,scale=out_color_matrix=bt601,format=yuv420p' % size, *options,
                         '-c:v', 'ffv1')

    @staticmethod
    def color_at(path, crop='crop=16:16', chain='null'):
        """Y, Cb and Cr in the middle of a piece of 16 × 16 pixels of the first frame."""
        frame = pixels(path, '%s,%s,format=yuv444p' % (chain, crop))
        return tuple(frame[index] for index in (100, 356, 612))

    def test_standard_definition(self):
        """Its matrix stays where nobody minds, and is converted, not only renamed, where BT.709 is wanted."""
        source = self.make_red('sd.mkv', '-colorspace', 'smpte170m', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv')
        kept, youtube, large = self.export(source, ['codec=prores', 'platform=youtube,quality=ultra', 'codec=prores,resolution=1080p,upscale'])
        self.assertEqual(color_of(kept)[1], 'smpte170m')
        self.assert_near(self.color_at(kept), self.RED[0], 2)
        for path in (youtube, large):
            self.assertEqual(color_of(path)[1:], ('bt709', 'bt709', 'bt709'))
            self.assert_near(self.color_at(path), self.RED[1], 2)

    def test_untagged_means_standard_definition(self):
        source = self.make_red('untagged.mkv')
        path, = self.export(source, ['platform=youtube,quality=ultra'])
        self.assertEqual(color_of(path), ('tv', 'bt709', 'bt709', 'bt709'))
        chain = ('setparams=range=tv:colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m,'
                 'zscale=p=bt709:m=bt709:t=bt709:r=tv')
        self.assert_near(self.color_at(path), self.color_at(source, chain=chain), 2)

    def test_primaries_are_converted(self):
        """As the ffmpeg program does it."""
        tags = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'smpte432', '-color_trc', 'bt709']
        source = self.make('p3.mkv', self.BARS, '-pix_fmt', 'yuv420p', *tags, '-c:v', 'ffv1')
        kept, converted = self.export(source, ['codec=h264,crf=1', 'platform=x,crf=1'])
        self.assertEqual(color_of(kept)[2], 'smpte432')
        self.assertEqual(color_of(converted)[2], 'bt709')
        wanted = pixels(source, 'zscale=p=bt709:m=bt709:t=bt709:r=tv')
        found = pixels(converted)
        self.assertLess(sum(abs(a - b) for a, b in zip(found, wanted)) / len(wanted), 0.5)
        self.assertGreater(sum(abs(a - b) for a, b in zip(pixels(source), wanted)) / len(wanted), 3)

    def test_full_range(self):
        source = self.make('full.mp4', "color=size=256x144:rate=25:duration=0.2,format=yuvj420p,geq=lum='X':cb=128:cr=128", '-c:v',
                           'libx264', '-qp', '1', '-pix_fmt', 'yuvj420p', '-color_range', 'pc')
        path, = self.export(source, ['codec=h264,crf=1'])
        self.assertEqual(color_of(path)[0], 'tv')
        self.assertEqual((luma(source)[0], luma(source)[255]), (0, 255))
        self.assert_near(luma(path), [16 + value * 219 / 255 for value in luma(source)], 2)

    def test_colours_of_bars(self):
        for color, wanted in (('red', self.RED[0]), ('white', (235, 128, 128)), ('#102030', (41, 137, 120))):
            path, = self.export(self.clip, ['codec=h264,crf=1,resolution=320x320,pad-color=' + color], '--end', '0.2')
            with self.subTest(color):
                self.assert_near(self.color_at(path, 'crop=16:16:152:8'), wanted, 2)

    def test_bars_around_a_transparent_picture(self):
        source = self.make('alpha.mkv', 'color=blue:size=256x128:rate=25:duration=0.2,format=yuva444p10le,geq=lum=300:cb=700:cr=400:a=512',
                           '-color_range', 'tv', '-colorspace', 'bt709', '-c:v', 'ffv1', '-pix_fmt', 'yuva444p10le')
        path, = self.export(source, ['codec=prores,profile=4444,resolution=256x256,pad-color=red'])
        planes = pixels(path, 'format=yuva444p')
        at = [planes[plane * 65536 + row * 256 + 128] for row in (4, 128, 252) for plane in range(4)]
        self.assert_near(at, [63, 102, 240, 255, 75, 175, 100, 128, 63, 102, 240, 255], 3)

    def test_ten_bits_survive_a_blurred_fill(self):
        source = self.make('deep.mkv', "color=size=256x64:rate=25:duration=0.2,format=yuv420p10le,geq=lum='400+X/4':cb=512:cr=512",
                           '-pix_fmt', 'yuv420p10le', '-color_range', 'tv', '-c:v', 'ffv1')
        path, = self.export(source, ['codec=prores,resolution=256x256,fit=blur'])
        self.assertGreater(len(set(luma(path, 'crop=256:2:0:128', deep=True))), 50)


class Geometry(Picture):
    """A picture whose quarters are red, green, blue and white, however it is stored and framed."""

    QUARTERS = ("color=white:size={0}x{1}:rate=25:duration=0.2,drawbox=0:0:iw/2:ih/2:red:fill,drawbox=iw/2:0:iw/2:ih/2:lime:fill,"
                "drawbox=0:ih/2:iw/2:ih/2:blue:fill")
    UPRIGHT = 'RGBW'

    def make_quarters(self, name, *options, width=320, height=180, chain='null'):
        return self.make(name, self.QUARTERS.format(width, height) + ',' + chain, '-c:v', 'libx264', '-qp', '4', '-pix_fmt', 'yuv444p',
                         '-color_range', 'tv', *options)

    def make_turned(self, degrees):
        """By the container's display matrix: @degrees clockwise to view."""
        path, plain = os.path.join(self.root, 'turned%d.mp4' % degrees), self.make_quarters('plain.mp4')
        before, after = ([], ['-metadata:s:v:0', 'rotate=%d' % degrees])
        if has_option('display_rotation'):
            before, after = (['-display_rotation', str(-degrees)], [])
        support.ffmpeg(*before, '-i', plain, '-c', 'copy', *after, path)
        return path

    @staticmethod
    def letters(path, places=((1, 1), (3, 1), (1, 3), (3, 3))):
        """The colours at places in quarters of the picture: R, G, B, W, or K for black and ? for others."""
        width, height = 64, 64
        frame = pixels(path, 'scale=64:64:flags=neighbor,format=rgb24')
        known = {(1, 0, 0): 'R', (0, 1, 0): 'G', (0, 0, 1): 'B', (1, 1, 1): 'W', (0, 0, 0): 'K'}
        result = ''
        for x, y in places:
            at = 3 * (int(height * y / 4) * width + int(width * x / 4))
            values = frame[at:at + 3]
            clear = all(value < 40 or value > 215 for value in values)
            result += known.get(tuple(int(value > 127) for value in values), '?') if clear else '?'
        return result

    def size_of(self, path):
        video = support.stream(support.ffprobe(path), 'video')
        self.assertEqual(video['sample_aspect_ratio'], '1:1')
        self.assertFalse([entry for entry in video.get('side_data_list', ()) if 'rotation' in entry])
        return video['width'], video['height']

    def test_turned(self):
        for degrees, size in ((90, (180, 320)), (180, (320, 180)), (270, (180, 320))):
            with self.subTest(degrees):
                source = self.make_turned(degrees)
                path, = self.export(source, ['codec=h264'])
                self.assertNotEqual(self.letters(source), self.UPRIGHT)  # which the ffmpeg program has turned
                self.assertEqual((self.size_of(path), self.letters(path)), (size, self.letters(source)))

    def test_pixels_that_are_not_square(self):
        wide = self.make_quarters('wide.mp4', width=180, chain='setsar=16/9')
        narrow = self.make_quarters('narrow.mkv', width=720, height=480, chain='setsar=8/9')
        for source, size in ((wide, (320, 180)), (narrow, (640, 480))):
            with self.subTest(source):
                path, = self.export(source, ['codec=h264'])
                self.assertEqual((self.size_of(path), self.letters(path)), (size, self.UPRIGHT))

    def test_odd_sizes(self):
        source = self.make_quarters('odd.mkv', width=321, height=179)
        path, scaled = self.export(source, ['codec=h264', 'codec=h264,resolution=101x77,fit=stretch'])
        self.assertEqual((self.size_of(path), self.letters(path)), ((320, 178), self.UPRIGHT))
        self.assertEqual((self.size_of(scaled), self.letters(scaled)), ((102, 78), self.UPRIGHT))

    def test_framing(self):
        """In a square: two bars, the picture over a blurred copy, its left end, or all of it squeezed."""
        source = self.make_quarters('wide.mp4', height=160)
        ways = {'pad': ('KKKK', self.UPRIGHT), 'crop,crop=left': ('RRBB', 'RRBB'), 'crop,crop=1': ('GGWW', 'GGWW'),
                'stretch': (self.UPRIGHT, self.UPRIGHT), 'blur': (None, self.UPRIGHT)}
        corners, middle = ((.2, .2), (3.8, .2), (.2, 3.8), (3.8, 3.8)), ((1, 1.6), (3, 1.6), (1, 2.4), (3, 2.4))
        paths = self.export(source, ['codec=h264,crf=4,resolution=160x160,fit=' + way for way in ways])
        for (way, (outside, inside)), path in zip(ways.items(), paths):
            with self.subTest(way):
                self.assertEqual(self.size_of(path), (160, 160))
                self.assertEqual(self.letters(path, middle), inside)
                if outside is not None:
                    self.assertEqual(self.letters(path, corners), outside)
                else:
                    self.assertNotIn('K', self.letters(path, corners))

    def test_scaling_methods_differ(self):
        """From soft to sharp."""
        source = self.make('detail.mkv', 'testsrc2=size=640x360:rate=25:duration=0.2,noise=alls=40:all_seed=1', '-c:v', 'ffv1')
        paths = self.export(source, ['codec=prores,resolution=400x224,fit=stretch,scaling=' + method
                                     for method in ('bilinear', 'bicubic', 'lanczos', 'spline')])
        rows = [luma(path, deep=True) for path in paths]
        edges = [sum(abs(a - b) for a, b in zip(row, row[1:])) for row in rows]
        self.assertEqual(len(set(edges)), 4, edges)
        self.assertLess(edges[0], edges[1])
        self.assertLess(edges[1], edges[2])

    def test_every_resolution_of_every_shape(self):
        """The short side decides; nothing is enlarged or squeezed unless somebody says so."""
        sizes = {entry['id']: (entry['width'], entry['height']) for entry in self.run_json('resolutions')['resolutions']}
        for width, height in ((4096, 2304), (2304, 4096), (2304, 2304)):
            source = self.make_quarters('shape.mkv', width=width, height=height, chain='trim=end_frame=1')
            specs = ['resolution=' + name for name in sizes]
            plan = self.run_json('plan', source, *[word for spec in specs for word in ('--output', spec)])
            for (name, (wide, high)), output in zip(sizes.items(), plan['outputs']):
                found = output['video']['width'], output['video']['height']
                wanted = (wide, high)
                if wide > high and width < height:
                    wanted = (high, wide)
                elif wide > high and width == height:
                    wanted = (high, high)
                with self.subTest(resolution=name, source=(width, height)):
                    self.assert_near(found, wanted, 2)

    def test_no_enlarging_unless_asked(self):
        kept, enlarged = self.export(self.make_quarters('small.mp4'), ['codec=h264,resolution=360p', 'codec=h264,resolution=360p,upscale'])
        self.assertEqual((self.size_of(kept), self.size_of(enlarged)), ((320, 180), (640, 360)))


class Fields(Picture):
    """Interlaced pictures, whether they say so or not."""

    MOVING = ('testsrc2=size=720x480:rate=60000/1001:duration=1,scroll=horizontal=0.02,interlace=scan=%s:lowpass=off,setfield=%s')

    @staticmethod
    def combed(path):
        """How many frames a detector takes for two fields."""
        done = subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', '-i', 'file:' + path, '-map', '0:v', '-vf', 'idet', '-f', 'null', '-'],
                              check=True, capture_output=True, timeout=support.TIMEOUT)
        words = done.stderr.decode().rsplit('Multi frame detection:', 1)[1].split()
        return int(words[words.index('TFF:') + 1]) + int(words[words.index('BFF:') + 1])

    def assert_made_progressive(self, source):
        self.assertGreater(self.combed(source), 20)
        path, = self.export(source, ['codec=h264,quality=ultra'])
        video = support.stream(support.ffprobe(path), 'video')
        self.assertEqual((self.combed(path), video['field_order'], video['avg_frame_rate'], video['nb_read_frames']),
                         (0, 'progressive', '30000/1001', '30'))

    def test_declared(self):
        self.assert_made_progressive(self.make('declared.mkv', self.MOVING % ('tff', 'tff'), '-c:v', 'mpeg2video', '-q:v', '2', '-flags',
                                               '+ildct+ilme', '-top', '1'))

    def test_not_declared(self):
        for scan in ('tff', 'bff'):
            with self.subTest(scan):
                source = self.make(scan + '.mp4', self.MOVING % (scan, 'prog'), '-c:v', 'libx264', '-crf', '12', '-preset', 'ultrafast')
                issues = self.run_json('validate', source)['issues']
                self.assertTrue([issue for issue in issues if 'marked as progressive' in issue['message']], issues)
                self.assert_made_progressive(source)

    def test_progressive_stays_as_it_is(self):
        source = self.make('progressive.mp4', 'testsrc2=size=720x480:rate=30:duration=1,scroll=horizontal=0.02', '-c:v', 'libx264',
                           '-preset', 'ultrafast')
        self.assertNotIn('deinterlaced', [issue['code'] for issue in self.run_json('validate', source)['issues']])


support.main()
