#include "app/sendoff-graphics.h"

#include <gtk/gtk.h>

/* Where the kernel's own drivers show a card that can compute pictures, and NVIDIA's, Windows' (under Linux)
 * and those of small boards. */
#define RENDER_FOLDER "/dev/dri"
#define RENDER_PREFIX "renderD"
static const char *const other_devices[]
    = { "/dev/nvidiactl", "/dev/dxg", "/dev/kgsl-3d0", "/dev/mali0", "/dev/pvr_sync" };

static gboolean
has_graphics_card (void)
{
  g_autoptr (GDir) folder = g_dir_open (RENDER_FOLDER, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, RENDER_PREFIX))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (other_devices); i++)
    if (g_file_test (other_devices[i], G_FILE_TEST_EXISTS))
      return TRUE;
  return FALSE;
}

/* Whoever chose a renderer knows why. */
static gboolean
needs_opengl (void)
{
  const char *renderer = g_getenv ("GSK_RENDERER");

  return renderer != NULL ? g_ascii_strcasecmp (renderer, "cairo") != 0 : has_graphics_card ();
}

/* GTK 4.16 moved the words from one variable to another. */
static gboolean
has_disable_variable (void)
{
  return gtk_get_major_version () > 4 || gtk_get_minor_version () >= 16;
}

static const char *
get_variable (void)
{
  return has_disable_variable () ? "GDK_DISABLE" : "GDK_DEBUG";
}

/**
 * sendoff_graphics_prepare:
 *
 * To be called before the display is opened.
 *
 * Returns: (transfer full) (nullable): for sendoff_graphics_restore(), which must follow
 */
char *
sendoff_graphics_prepare (void)
{
  const char *words = has_disable_variable () ? "gl,vulkan" : "gl-disable,vulkan-disable";
  const char *former = g_getenv (get_variable ());
  g_autofree char *kept = g_strdup (former);
  g_autofree char *value = NULL;

  if (needs_opengl ())
    return g_steal_pointer (&kept);
  value = former != NULL && *former != '\0' ? g_strjoin (",", former, words, NULL) : g_strdup (words);
  g_setenv (get_variable (), value, TRUE);
  /* Or GTK would try the other way for each window first, and print that it failed. It looks at this when a
   * window is shown, so that it stays; programs that are started from here draw without a card as well. */
  g_setenv ("GSK_RENDERER", "cairo", FALSE);
  return g_steal_pointer (&kept);
}

/** sendoff_graphics_restore: programs that are started from here may use OpenGL all the same. @former:
 * (transfer full) (nullable) */
void
sendoff_graphics_restore (char *former)
{
  if (former != NULL)
    g_setenv (get_variable (), former, TRUE);
  else
    g_unsetenv (get_variable ());
  g_free (former);
}
