/* What tests that read a NIR file share: the file's path, and what came of reading it. */
#ifndef NPUSIM_TESTS_SUPPORT_NIR_CASE_H
#define NPUSIM_TESTS_SUPPORT_NIR_CASE_H

#include "sim/diagnostics.h"
#include "tools/network/network.h"

struct nir_case {
    char path[64]; /* an empty file, until the test writes one */
    struct network network;
    struct diagnostics problems;
};

void nir_case_begin(struct nir_case *at);
void nir_case_end(struct nir_case *at);
/* The file is refused, leaves no network, and a message with its path says `text`. */
void nir_case_refused(struct nir_case *at, const char *text);
void nir_case_write_bytes(const struct nir_case *at, const char *bytes, size_t count);

#endif
