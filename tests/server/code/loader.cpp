// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program to be watched from outside. It obeys lines on its input, and answers each on its output:
//   load PATH    dlopen it, then calls loadeeVersion()
//   unload       dlclose what was loaded last
//   open PATH    holds a file open, until it is told to `close`
//   exec PATH    runs another program in its place
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <string>

int main()
{
    void *library = nullptr;
    int file = -1;
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.rfind("load ", 0) == 0) {
            library = dlopen(line.c_str() + 5, RTLD_NOW | RTLD_LOCAL);
            const auto version = library ? reinterpret_cast<int (*)()>(dlsym(library, "loadeeVersion")) : nullptr;
            std::cout << (version ? version() : -1) << std::endl;
        } else if (line == "unload") {
            std::cout << dlclose(library) << std::endl;
        } else if (line.rfind("open ", 0) == 0) {
            file = open(line.c_str() + 5, O_RDONLY | O_CLOEXEC);
            std::cout << (file >= 0) << std::endl;
        } else if (line == "close") {
            std::cout << close(file) << std::endl;
        } else if (line.rfind("exec ", 0) == 0) {
            execl(line.c_str() + 5, line.c_str() + 5, nullptr);
            std::cout << "failed" << std::endl;
        }
    }
    return 0;
}
