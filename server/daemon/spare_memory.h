#pragma once

namespace tokimori {

/// What the process holds and does not need goes back to the kernel; no call ever fails. Any thread.

/// Memory that was freed (malloc_trim(3)), as after a long list was told.
void give_back_freed_memory();

/// Pages of the program and its libraries that nobody can write (madvise(2), MADV_DONTNEED): most of them were read at
/// the start and never again. What is needed comes back from the page cache with a minor fault, some hundred in all.
/// What has text relocations (DT_TEXTREL) is left alone; breakpoints of a debugger are lost.
void give_back_start_pages();

}  // namespace tokimori
