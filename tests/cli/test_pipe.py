"""Inputs that can be read only once."""
import os
import threading

import support


class Pipe(support.CliTest):
    def spooled(self):
        folder = os.path.join(self.cache, 'spool')
        return [path for path in support.files_below(folder) if not path.endswith('.lock')]

    def check(self, path):
        self.assertEqual(support.decode_errors(path), '')
        self.assertEqual(int(support.stream(support.ffprobe(path), 'video')['nb_read_frames']), 75)

    def test_standard_input(self):
        with open(self.clip, 'rb') as file:
            data = file.read()
        answer = self.run_cli('export', '-', '--json', '--codec', 'h264', '--name', '{name}', stdin=data, cwd=self.out)
        self.assertEqual(answer.status, 0, answer.messages)
        self.check(self.outputs('stdin.mp4')[0])
        self.assertEqual(self.run_json('probe', '-', stdin=data)['size_bytes'], len(data))
        self.run_json('queue', 'list')
        self.assertEqual(self.spooled(), [])

    def test_fifo(self):
        path = os.path.join(self.root, 'in.mp4')
        os.mkfifo(path)

        def write():
            with open(self.clip, 'rb') as source, open(path, 'wb') as target:
                target.write(source.read())

        writer = threading.Thread(target=write)
        writer.start()
        job = self.run_json('queue', 'add', path, '--codec', 'h264', '--name', '{name} made')['jobs'][0]['export_id']
        writer.join()
        self.assertEqual(len(self.spooled()), 1)
        self.assertEqual(self.run_json('resume', job)['status'], 'completed')
        self.check(os.path.join(self.root, 'in made.mp4'))
        self.run_json('queue', 'list')
        self.assertEqual(self.spooled(), [])

    def test_not_a_video(self):
        answer = self.run_cli('probe', '-', stdin=b'no video at all')
        self.assertEqual(answer.status, 4, answer.messages)
        self.assertEqual(self.run_cli('export', '-', stdin=b'').status, 4)
        self.run_json('queue', 'list')
        self.assertEqual(self.spooled(), [])


support.main()
