#include "tests/support/nir_case.h"

#include "tools/read/read.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void nir_case_begin(struct nir_case *at)
{
    *at = (struct nir_case){.path = "/tmp/test_nir.XXXXXX"};
    int descriptor = mkstemp(at->path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
}

void nir_case_end(struct nir_case *at)
{
    network_free(&at->network);
    diagnostics_free(&at->problems);
    remove(at->path);
}

void nir_case_refused(struct nir_case *at, const char *text)
{
    network_free(&at->network);
    diagnostics_free(&at->problems);
    ck_assert(!network_read(at->path, &at->network, &at->problems));
    ck_assert_uint_gt(at->problems.count, 0);
    ck_assert_msg(diagnostics_mention(&at->problems, text), "\"%s\" not in \"%s\"", text, at->problems.message[0]);
    ck_assert(diagnostics_mention(&at->problems, at->path));
    ck_assert_ptr_null(at->network.nodes);
}

void nir_case_write_bytes(const struct nir_case *at, const char *bytes, size_t count)
{
    FILE *stream = fopen(at->path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, count, stream), count);
    fclose(stream);
}
