// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/allocations.h"

#include <cstddef>

namespace {

thread_local qint64 counted = 0;

} // namespace

namespace Hephaestus::Test {

qint64 allocations() { return counted; }

} // namespace Hephaestus::Test

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Of sanitizer/allocator_interface.h, a header that Debian's GCC 12 does not bring.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, std::size_t),
                                                         void (*freed)(const volatile void *));

// Before anything is measured; the sanitizer's own hooks are asked for by nobody else.
[[maybe_unused]] static const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void *, std::size_t) { ++counted; }, [](const volatile void *) {});

#else

// A program may replace these (https://www.gnu.org/software/libc/manual/html_node/Replacing-malloc.html); glibc's own
// stay there under the other names.
extern "C" {
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *block, std::size_t size);

void *malloc(std::size_t size)
{
    ++counted;
    return __libc_malloc(size);
}

void *calloc(std::size_t count, std::size_t size)
{
    ++counted;
    return __libc_calloc(count, size);
}

void *realloc(void *block, std::size_t size)
{
    ++counted;
    return __libc_realloc(block, size);
}
}

#endif
