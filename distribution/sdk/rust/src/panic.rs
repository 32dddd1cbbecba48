//! The message of a panic and its place go to the log, as one error; then the instance ends, and the client gets 500.

#[cfg(feature = "std")]
pub(crate) fn log_panics() {
    std::panic::set_hook(std::boxed::Box::new(|panic| {
        crate::log!(crate::log::Level::Error, "{}", panic);
    }));
}

#[cfg(feature = "panic")]
#[panic_handler]
fn log_and_stop(panic: &core::panic::PanicInfo) -> ! {
    crate::log!(crate::log::Level::Error, "{}", panic);
    core::arch::wasm32::unreachable()
}
