/* Files that are written beside their name and not renamed yet. If the process is told to end meanwhile (an interrupt,
 * a launcher that gives up), they are removed before it does. Not what SIGKILL or a power cut leaves behind. */
#ifndef NPUSIM_TOOLS_FILE_UNFINISHED_H
#define NPUSIM_TOOLS_FILE_UNFINISHED_H

/* `path` must stay as it is until it is forgotten. More than a handful at a time are not remembered. */
void unfinished_remember(const char *path);
void unfinished_forget(const char *path);

#endif
