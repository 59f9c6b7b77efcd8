// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/programpages.h"

#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

/// Whether its code itself was relocated: those pages are not the file's.
bool hasRelocatedCode(const dl_phdr_info &object)
{
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        if (object.dlpi_phdr[i].p_type != PT_DYNAMIC)
            continue;
        const auto *entry = reinterpret_cast<const ElfW(Dyn) *>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
                return true;
        }
    }
    return false;
}

/// What is written to, also by the loader only (RELRO), is a segment of its own that may be.
int collect(dl_phdr_info *object, std::size_t, void *found)
{
    const auto pageSize = std::uintptr_t(::sysconf(_SC_PAGESIZE));
    const auto kernels = std::uintptr_t(::getauxval(AT_SYSINFO_EHDR)); // the vDSO
    if ((kernels != 0 && object->dlpi_addr == kernels) || hasRelocatedCode(*object))
        return 0;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr) &segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0)
            continue;
        const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(pageSize - 1);
        const std::uintptr_t end =
            (object->dlpi_addr + segment.p_vaddr + segment.p_filesz + pageSize - 1) & ~(pageSize - 1);
        static_cast<ProgramPages *>(found)->push_back({reinterpret_cast<std::byte *>(begin), end - begin});
    }
    return 0;
}

} // namespace

ProgramPages programPages()
{
    ProgramPages found;
    ::dl_iterate_phdr(collect, &found);
    return found;
}

void release(const ProgramPages &pages)
{
    for (const std::span<std::byte> range : pages)
        ::madvise(range.data(), range.size(), MADV_DONTNEED);
}

void releaseStackPages()
{
    pthread_attr_t attributes;
    if (::pthread_getattr_np(::pthread_self(), &attributes) != 0)
        return;
    void *lowest = nullptr;
    std::size_t size = 0;
    const bool isKnown = ::pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    ::pthread_attr_destroy(&attributes);
    const auto pageSize = std::uintptr_t(::sysconf(_SC_PAGESIZE));
    const auto begin = (std::uintptr_t(lowest) + pageSize - 1) & ~(pageSize - 1);
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    // A page is left for this function and madvise(2) themselves.
    const auto end = (here & ~(pageSize - 1)) - pageSize;
    if (isKnown && begin < end && here < begin + size)
        ::madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

void releaseUnusedMemory()
{
    ::malloc_trim(0);
    release(programPages());
    releaseStackPages();
}

} // namespace Hephaestus
