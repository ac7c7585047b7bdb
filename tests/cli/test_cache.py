"""What is kept for later exports: used again, bounded, shown and cleared; and the settings beside it."""
import json
import os

import support


class Cache(support.CliTest):
    def setUp(self):
        super().setUp()
        os.remove(os.path.join(self.root, 'data', 'settings.json'))

    def export(self, *outputs):
        options = [word for output in outputs for word in ('--output', output)]
        self.run_json('export', self.clip, '-d', self.out, '--speed', 'ultrafast', *options)

    def chunks(self):
        """Every packet file with the time at which it was made."""
        return {path: os.stat(path).st_mtime_ns for path in support.files_below(os.path.join(self.cache, 'chunks'))
                if path.endswith('.packets')}

    def test_used_again(self):
        self.export('crf=30,resolution=240x136', 'crf=40,resolution=160x90')
        before = self.chunks()
        self.assertNotEqual(before, {})
        self.export('crf=30,resolution=240x136', 'crf=41,resolution=160x90')
        after = self.chunks()
        self.assertEqual({path: after.get(path) for path in before}, before)
        self.assertGreater(len(after), len(before))
        for name in os.listdir(self.out):
            self.assertEqual(support.decode_errors(os.path.join(self.out, name)), '')
        facts = self.run_json('cache')
        self.assertTrue(facts['automatic'])
        self.assertGreater(facts['kept_bytes'], 0)
        self.assertGreater(facts['limit_bytes'], facts['kept_bytes'])
        self.assertEqual(self.run_json('cache', 'clear')['kept_bytes'], 0)
        self.assertEqual(self.chunks(), {})

    def test_bounded(self):
        """The chunks that were not used for longest go first."""
        self.export('crf=30,resolution=240x136')
        first = self.chunks()
        self.export('crf=40,resolution=160x90')
        kept = self.run_json('cache')['kept_bytes']
        self.run_json('cache', 'limit', str(kept - 1))
        rest = self.chunks()
        self.assertNotEqual(rest, {})
        self.assertTrue(set(first) - set(rest))
        self.run_json('cache', 'limit', '0')
        self.assertEqual(self.chunks(), {})
        self.export('crf=30,resolution=240x136')
        self.assertEqual(self.chunks(), {})

    def test_unfinished_work_stays(self):
        process = self.start_cli('export', self.clip, '-d', self.out, '--codec', 'vp9', '--speed', 'slow', '--json-events')
        for line in process.stdout:
            if json.loads(line).get('status') == 'encoding':
                break
        process.kill()
        process.wait()
        jobs = os.listdir(os.path.join(self.cache, 'jobs'))
        folders = os.listdir(os.path.join(self.cache, 'chunks'))
        self.assertNotEqual(folders, [])
        self.run_json('cache', 'clear')
        self.assertEqual(os.listdir(os.path.join(self.cache, 'chunks')), folders)
        self.assertEqual(os.listdir(os.path.join(self.cache, 'jobs')), jobs)
        self.run_json('resume')

    def test_editing_codecs_are_not_kept(self):
        self.run_json('export', self.clip, '-d', self.out, '--codec', 'prores', '--container', 'mov')
        self.assertEqual([path for path in self.chunks() if not path.endswith('audio.packets')], [])

    def test_settings(self):
        self.assertEqual(self.run_json('settings')['memory-limit'], 0)
        self.assertEqual(self.run_json('settings', 'memory-limit', '300MB'), {'memory-limit': 300000000})
        self.assertEqual(self.run_json('settings', 'pause-on-low-battery', 'off'), {'pause-on-low-battery': False})
        self.assertEqual(self.run_json('settings')['memory-limit'], 300000000)
        self.export('crf=30,resolution=240x136')
        self.assert_usage('settings', 'nonsense', says='no setting')
        self.assert_usage('settings', 'cores', 'many', says='a number')
        self.assert_usage('settings', 'memory-limit', '4', says='too little')
        self.assert_usage('settings', 'memory-limit', 'much', says='a size with its unit')
        self.assert_usage('cache', 'limit', 'lots', says='not a size')
        self.assertRegex(self.run_cli('settings').text, r'memory-limit +300.0.MB')


support.main()
