"""From the empty window to a plan: opening videos, choosing where they go."""
from accessible import wait_for
from case import WindowTest


class FirstSteps(WindowTest):
    def test_empty_window_says_what_to_do(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assertFalse(window.tree.says('Sendoff cannot start'))
        self.assertTrue(window.get('button', 'Open').sensitive)
        export = window.find('button', 'Export', showing=False)
        self.assertTrue(export is None or not export.sensitive)

    def test_dropped_file_becomes_a_source(self):
        window = self.open()
        clip = self.source('Grüße vom Meer, 100 %.mp4')
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(clip))
        window.wait_to_say('Grüße vom Meer, 100 %')
        window.wait_to_say(r'180p.*25 fps.*H\.264')

    def test_file_named_at_the_start(self):
        window = self.open(self.source('holiday.mp4'))
        window.wait_to_say('holiday')
        window.wait_to_say(r'180p.*25 fps.*H\.264')

    def test_file_manager_opens_another_in_the_same_window(self):
        window = self.open(self.source('first.mp4'))
        window.wait_to_say('first')
        window.open_files(self.source('second.mp4'))
        window.wait_to_say('second')
        self.assertTrue(window.tree.says('first'))

    def test_second_start_goes_to_the_first_window(self):
        window = self.open(self.source('first.mp4'))
        window.wait_to_say('first')
        self.assertEqual(self.start_again(self.source('second.mp4')), 0)
        window.wait_to_say('second')

    def test_chosen_places_become_outputs(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube', 'TikTok (app)')
        wait_for(lambda: sorted(self.outputs(window)) == ['TikTok (app)', 'YouTube'], 'two outputs')
        self.choose(window, 'TikTok (app)', chosen=False)
        wait_for(lambda: self.outputs(window) == ['YouTube'], 'one output less')

    def test_plan_says_sizes_before_anything_runs(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        window.wait_to_say(r'\d [kM]B')
        self.assertEqual(self.world.made_files(), [])

    def test_nothing_is_counted_before_a_place_is_chosen(self):
        window = self.open(self.source('holiday.mp4'))
        window.wait_to_say('Choose where the video is going')
        self.assertFalse(window.tree.says('1 file'))

    def test_broken_file_gets_a_sentence(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(self.broken_source('broken.mp4')))
        window.wait_to_say(r'(cannot|could not|is not|no video|neither)')
