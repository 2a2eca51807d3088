mod import;
mod process;
