#include "core/io/staged_folder.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <filesystem>

namespace keyhole {

namespace fs = std::filesystem;

StagedFolder::StagedFolder(std::string target)
    : m_target(std::move(target)), m_stage((fs::path(m_target) / ".keyhole-partial").string()) {
  std::error_code ignored;
  m_made = !fs::exists(m_target, ignored);
  createFolder(m_target);
  fs::remove_all(m_stage, ignored);  // of a run that was killed
  createFolder(m_stage);
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  fs::remove_all(m_stage, ignored);
  if (m_made && fs::is_empty(m_target, ignored)) fs::remove(m_target, ignored);
}

void StagedFolder::commit() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(m_stage)) {
    const fs::path to = fs::path(m_target) / entry.path().filename();
    fs::rename(entry.path(), to, error);
    if (error)
      throw InputError("cannot write " + to.string() + ": " + error.message() +
                       "; allowed: a folder that can be written to");
  }
  m_made = false;
}

}  // namespace keyhole
