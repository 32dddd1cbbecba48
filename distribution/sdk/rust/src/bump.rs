//! An allocator for programs that live as long as one request: only the last block is freed, and can grow in place. That is
//! enough for a loop that makes a text, sends it and drops it.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;
use core::ptr::null_mut;

const PAGE: usize = 65536;

struct Bump {
    /// The first free address; 0 before the first block.
    free: Cell<usize>,
}

// An instance has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { free: Cell::new(0) };

extern "C" {
    /// Set by the linker behind the stack and the static data.
    static __heap_base: u8;
}

impl Bump {
    /// Makes the memory reach to this address; false when it cannot.
    fn reach(&self, end: usize) -> bool {
        let have = memory_size(0) * PAGE;
        if end > have && memory_grow(0, (end - have + PAGE - 1) / PAGE) == usize::MAX {
            return false;
        }
        self.free.set(end);
        true
    }
}

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let free = match self.free.get() {
            0 => &__heap_base as *const u8 as usize,
            free => free,
        };
        let start = (free + layout.align() - 1) & !(layout.align() - 1);
        match start.checked_add(layout.size()) {
            Some(end) if self.reach(end) => start as *mut u8,
            _ => null_mut(),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.free.get() {
            self.free.set(block as usize);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block as usize;
        if start + layout.size() == self.free.get() {
            return match start.checked_add(size) {
                Some(end) if self.reach(end) => block,
                _ => null_mut(),
            };
        }
        if size <= layout.size() {
            return block;
        }
        let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            block.copy_to_nonoverlapping(moved, layout.size());
        }
        moved
    }
}
