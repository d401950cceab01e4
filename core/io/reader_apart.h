// A reader that trusts its files too much, in a process of its own.
#pragma once

#include "core/io/file_tree.h"

#include <functional>
#include <memory>
#include <string>

namespace keyhole {

// A tree whose root is listed, and whose numbers are loaded, each in a child process with limits on its
// memory and processor time. make(lists) opens the file there; with lists = false the tree is only asked to
// load nodes that have been listed before. Throws InputError: what the child threw, or that `library` (named
// in the sentence) came to grief on `path`.
std::unique_ptr<FileTree> openApart(const std::string& path, const std::string& library,
                                    std::function<std::unique_ptr<FileTree>(bool lists)> make);

}  // namespace keyhole
