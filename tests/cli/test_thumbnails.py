"""thumbnails: still pictures as files, judged by ffprobe and by what they show."""
import os
import subprocess

import support


def brightness(path):
    """The mean of a picture's luma, 0 to 255."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-vf', 'scale=1:1:flags=area,format=gray',
                           '-f', 'rawvideo', '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
    return done.stdout[0]


class Thumbnails(support.CliTest):
    def take(self, *args, clip=None, **options):
        return self.run_json('thumbnails', clip or self.clip, '-d', self.out, *args, **options)

    def size(self, path):
        video = support.stream(support.ffprobe(path), 'video')
        return video['codec_name'], video['width'], video['height']

    def test_count(self):
        document = self.take('--count', '3')
        self.assertEqual(document['status'], 'completed')
        paths = self.outputs('holiday-01.png', 'holiday-02.png', 'holiday-03.png')
        self.assertEqual([picture['file'] for picture in document['thumbnails']], paths)
        self.assertEqual([picture['time_seconds'] for picture in document['thumbnails']], [0.48, 1.48, 2.48])
        for path in paths:
            self.assertEqual(self.size(path), ('png', 320, 180))

    def test_default_count(self):
        self.assertEqual(len(self.take()['thumbnails']), 5)

    def test_times_in_any_order(self):
        pictures = self.take('--time', '0:02', '--time', '0.5', '--size', '100x100')['thumbnails']
        self.assertEqual([picture['time_seconds'] for picture in pictures], [2, 0.48])
        self.assertEqual([(picture['width'], picture['height']) for picture in pictures], [(100, 56)] * 2)
        self.assertEqual(self.size(pictures[0]['file']), ('png', 100, 56))

    def test_picture_is_that_of_the_time(self):
        clip = os.path.join(self.root, 'steps.mp4')
        support.ffmpeg('-f', 'lavfi', '-i', 'color=black:size=64x64:rate=25:duration=1', '-f', 'lavfi', '-i',
                       'color=white:size=64x64:rate=25:duration=1', '-filter_complex', 'concat=n=2', '-c:v', 'libx264',
                       '-g', '999', '-pix_fmt', 'yuv420p', clip)
        pictures = self.take('--time', '0.99', '--time', '1', clip=clip)['thumbnails']
        self.assertLess(brightness(pictures[0]['file']), 10)
        self.assertGreater(brightness(pictures[1]['file']), 245)

    def test_never_enlarged(self):
        picture = self.take('--count', '1', '--size', '4000x4000')['thumbnails'][0]
        self.assertEqual((picture['width'], picture['height']), (320, 180))

    def test_jpeg(self):
        self.take('--count', '1', '--format', 'jpg')
        path, = self.outputs('holiday-01.jpg')
        self.assertEqual(self.size(path), ('mjpeg', 320, 180))

    def test_nothing_is_overwritten(self):
        kept = os.path.join(self.out, 'holiday-01.png')
        with open(kept, 'wb') as file:
            file.write(b'mine')
        self.take('--count', '1')
        self.outputs('holiday-01 (2).png', 'holiday-01.png')
        with open(kept, 'rb') as file:
            self.assertEqual(file.read(), b'mine')
        self.take('--count', '1', '--overwrite')
        self.outputs('holiday-01 (2).png', 'holiday-01.png')
        self.assertEqual(self.size(kept), ('png', 320, 180))

    def test_beside_the_input_by_default(self):
        clip = os.path.join(self.out, 'clip.mp4')
        os.link(self.clip, clip)
        self.assertEqual(self.run_cli('thumbnails', clip, '-n', '1').status, 0)
        self.outputs('clip-01.png', 'clip.mp4')

    def test_words(self):
        answer = self.run_cli('thumbnails', self.clip, '-d', self.out, '--time', '1')
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertIn('holiday-01.png', answer.text)
        self.assertIn('320×180', answer.text)

    def test_sound_alone(self):
        clip = os.path.join(self.root, 'song.m4a')
        support.ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'aac', clip)
        document = self.take(clip=clip, status=4)
        self.assertEqual((document['status'], document['error']['code']), ('failed', 'not-found'))
        self.outputs()

    def test_cover(self):
        clip = os.path.join(self.root, 'song.m4a')
        support.ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-f', 'lavfi', '-i', 'color=white:size=40x30:rate=1:duration=1', '-map',
                       '0', '-map', '1', '-c:a', 'aac', '-c:v', 'png', '-frames:v', '1', '-disposition:v:0',
                       'attached_pic', clip)
        pictures = self.take(clip=clip)['thumbnails']
        self.assertEqual([(picture['width'], picture['height']) for picture in pictures], [(40, 30)])
        self.assertGreater(brightness(pictures[0]['file']), 245)

    def test_errors(self):
        self.assertEqual(self.take('--time', '9', status=3)['error']['code'], 'invalid-request')
        self.assertEqual(self.take(clip=os.path.join(self.root, 'none.mp4'), status=4)['error']['code'],
                         'source-unreadable')
        self.outputs()

    def test_usage(self):
        self.assert_usage('thumbnails')
        self.assert_usage('thumbnails', self.clip, self.clip)
        self.assert_usage('thumbnails', self.clip, '--size', '100', says='320x180')
        self.assert_usage('thumbnails', self.clip, '--format', 'bmp', says='png or jpg')
        self.assert_usage('thumbnails', self.clip, '--time', 'soon', says='soon')
        self.assert_usage('thumbnails', self.clip, '--time', '1', '--count', '2', says='not both')
        for count in ('-1', '0'):
            self.assert_usage('thumbnails', self.clip, '--count', count, says='From 1 to')


support.main()
