/* SHA-256 of files and texts, for provenance (implementation: libcrypto of OpenSSL, or libgcrypt). */
#ifndef NPUSIM_TOOLS_FILE_SHA256_H
#define NPUSIM_TOOLS_FILE_SHA256_H

#include "sim/diagnostics.h"

/* Lower-case hex into out[65]. A directory hashes its files' names and contents in order of names. */
MUST_USE bool sha256_path(const char *path, char out[65], struct diagnostics *diagnostics);
void sha256_text(const char *text, char out[65]);

#endif
