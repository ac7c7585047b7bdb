"""Videos from places that are not folders of this computer, folders, and names of any bytes; all of them dropped."""
import os
import shutil

from accessible import wait_for
from case import WindowTest
from support import decode_errors

# Files of GIO that have no path, as those of a server without a FUSE mount have none: GLib adds the files of a folder
# to a program's resources when it is asked to.
SERVER = '/io/github/story_genius/Sendoff/server'


class Places(WindowTest):
    def drop(self, window, *paths):
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(*paths))

    def document(self, *names):
        """A file as the document portal hands it over: alone in its folder, in which nothing else can be saved."""
        folder = os.path.join(self.world.env['XDG_RUNTIME_DIR'], 'doc', '1a2b3c4d')
        self.addCleanup(shutil.rmtree, os.path.dirname(folder), ignore_errors=True)
        path = os.path.join(folder, *names)
        os.makedirs(os.path.dirname(path))
        shutil.copy(self.short_clip, path)
        return path

    def assert_made(self, *names):
        self.wait_for_files(len(names))
        self.assertEqual(self.world.made_files(), [os.path.join(self.world.videos, name) for name in names])
        for path in self.world.made_files():
            self.assertEqual(decode_errors(path), '')

    def test_file_without_a_path_is_copied(self):
        self.source('summer trip.mp4')
        self.world.env['G_RESOURCE_OVERLAYS'] = '%s=%s' % (SERVER, self.world.sources)
        window = self.open('resource://%s/summer%%20trip.mp4' % SERVER)
        window.wait_to_say('summer trip.mp4')
        self.choose(window, 'YouTube')
        window.wait_to_say('Videos, because nothing can be saved beside “summer trip.mp4”')
        self.export(window)
        self.wait_until_done(window)
        self.assert_made('summer trip - YouTube.mp4')

    def test_server_that_cannot_be_reached_says_what_to_do(self):
        window = self.open('sftp://example.invalid/holiday.mp4')
        window.wait_to_say('Copy “holiday.mp4” to this computer, then choose it again')
        window.get('button', 'Choose the Video Again')

    def test_document_of_the_portal(self):
        window = self.open()
        self.drop(window, self.document('holiday.mp4'))
        window.wait_to_say('^holiday.mp4$')
        self.choose(window, 'YouTube')
        window.wait_to_say('Videos, because nothing can be saved beside “holiday.mp4”')
        self.assertFalse(window.tree.says('1a2b3c4d'))
        self.export(window)
        self.wait_until_done(window)
        self.assert_made('holiday - YouTube.mp4')
        self.assertFalse(window.tree.says('1a2b3c4d'))

    def test_folder_with_names_of_any_bytes(self):
        folder = os.path.join(os.fsencode(self.world.sources), b'\xe9t\xe9')
        os.mkdir(folder)
        for name in [b'caf\xe9.mp4', b'100% & more #1?.mp4', b'.hidden.mp4']:
            shutil.copy(self.short_clip, os.path.join(folder, name))
            self.world.given.add(os.fsdecode(os.path.join(folder, name)))
        with open(os.path.join(folder, b'notes.txt'), 'w', encoding='ascii') as file:
            file.write('no video')
        self.world.given.add(os.fsdecode(os.path.join(folder, b'notes.txt')))
        window = self.open()
        self.drop(window, os.fsdecode(folder))
        window.wait_to_say('^100% & more #1\\?.mp4$')
        window.wait_to_say('^caf�.mp4$')
        self.choose(window, 'YouTube')
        window.wait_to_say('2 files')
        self.export(window)
        self.wait_until_done(window)
        made = [os.path.basename(path) for path in self.world.made_files()]
        self.assertEqual(made, ['100% & more #1? - YouTube.mp4', 'caf\udce9 - YouTube.mp4'])
        self.assertEqual([decode_errors(path) for path in self.world.made_files()], ['', ''])

    def test_folder_without_a_video_is_explained(self):
        os.mkdir(os.path.join(self.world.sources, 'empty'))
        window = self.open()
        self.drop(window, os.path.join(self.world.sources, 'empty'))
        window.wait_to_say('is a folder, not a file')
        wait_for(lambda: not window.get('button', 'Export').sensitive, 'Export to be impossible')
