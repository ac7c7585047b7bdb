"""A film of three scenes that need very different rates, and what ffprobe's packets tell of what was made of it."""
import os
import subprocess

import support


def packets(path):
    """(decoding time in seconds, bytes) of the picture, in order."""
    done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=dts_time,pts_time,size',
                           '-of', 'csv=p=0', 'file:' + path], check=True, capture_output=True, text=True)
    found = []
    for line in done.stdout.split():
        pts, dts, size = line.split(',')[:3]
        found.append((float(dts if dts != 'N/A' else pts), int(size)))
    return found


def rate(path, seconds):
    return sum(size for _, size in packets(path)) * 8 / seconds


def lowest_level(path, maxrate, bufsize):
    """What is at least in a decoder's buffer that is filled at maxrate and begins a third full."""
    level, last, lowest = bufsize / 3, None, bufsize
    for when, size in packets(path):
        if last is not None:
            level = min(bufsize, level + (when - last) * maxrate)
        level -= size * 8
        last = when
        lowest = min(lowest, level)
    return lowest


def highest_mean(path, seconds):
    """The highest mean rate over any window so long, in bits a second."""
    found = packets(path)
    bits, first, highest = 0, 0, 0
    for when, size in found:
        bits += size * 8
        while when - found[first][0] >= seconds - 1e-6:
            bits -= found[first][1] * 8
            first += 1
        highest = max(highest, bits / seconds)
    return highest


class FilmTest(support.CliTest):
    SECONDS = 18
    FRAME_RATE = 24

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.film = os.path.join(cls.shared, 'film.mp4')
        # Calm, busy, and very busy: what one rate for every second would spoil.
        scenes = ['testsrc=size=256x144:rate={1}:duration={0}', 'mandelbrot=size=256x144:rate={1},trim=duration={0}',
                  'testsrc2=size=256x144:rate={1}:duration={0},noise=alls=25:allf=t']
        inputs = [part for scene in scenes for part in ('-f', 'lavfi', '-i', scene.format(cls.SECONDS // 3, cls.FRAME_RATE))]
        support.ffmpeg(*inputs, '-filter_complex', '[0][1][2]concat=n=3:v=1,format=yuv420p', '-c:v', 'libx264',
                       '-preset', 'ultrafast', '-crf', '18', '-t', str(cls.SECONDS), cls.film)

    def export(self, *args, status=0):
        return self.run_json('export', self.film, '-d', self.out, '--overwrite', '--name', 'film', *args, status=status)
