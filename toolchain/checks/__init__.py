"""What `./ops doctor` looks at beside the parts of the toolchain: the host, and one stack."""
