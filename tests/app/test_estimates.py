"""Sizes that become true while somebody looks at them."""
import os
import re

from accessible import wait_for
from case import WindowTest
from support import make_clip

UNITS = {'kB': 1e3, 'MB': 1e6, 'GB': 1e9}


def read_size(text):
    """Middle, low and high in bytes of “about 5.6 MB (4.8–6.7 MB)”; without an interval all are the same."""
    numbers = re.findall(r'([\d.]+)\s?(kB|MB|GB)', text.split(' of at most ')[0])
    middle = float(numbers[0][0]) * UNITS[numbers[0][1]]
    interval = re.search(r'\(([\d.]+)(?:\s?(kB|MB|GB))?–([\d.]+)\s?(kB|MB|GB)\)', text)
    if interval is None:
        return middle, middle, middle
    low, low_unit, high, high_unit = interval.groups()
    return middle, float(low) * UNITS[low_unit or high_unit], float(high) * UNITS[high_unit]


class Estimates(WindowTest):
    def size(self, window):
        """The size that the only output shows."""
        nodes = window.tree.find_all(name=r'about [\d.]+\s?[kMG]B')
        return read_size(nodes[0].name)

    # The model's own interval is wider than two to one.
    def test_sizes_narrow_while_somebody_looks_and_come_true(self):
        clip = os.path.join(self.clips, 'silent.mp4')
        make_clip(clip, seconds=16, audio=False)
        window = self.open(self.source('holiday.mp4', of=clip))
        self.choose(window, 'YouTube')
        wait_for(lambda: window.tree.says('about .*B'), 'a first size')
        wait_for(lambda: self.size(window)[2] / self.size(window)[1] < 1.1, 'the size to be known', 60)
        wait_for(lambda: window.tree.says(r'about .*B.*, X?(SSIM|PSNR) [\d.]+'), 'the quality, with its measure')
        middle, _, _ = self.size(window)
        self.export(window)
        self.wait_until_done(window)
        self.assertAlmostEqual(os.path.getsize(self.world.made_files()[0]) / middle, 1, delta=0.1)
