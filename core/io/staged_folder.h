// Several files into one folder, all of them or none.
#pragma once

#include <string>

namespace keyhole {

// Files are written into path(), a hidden folder inside of the target, and moved into the target by commit().
// Without a commit they are removed, and so is the target if it was made for them.
class StagedFolder {
 public:
  // Creates the target if it is missing. Throws InputError.
  explicit StagedFolder(std::string target);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const std::string& path() const { return m_stage; }
  void commit();  // throws InputError

 private:
  std::string m_target, m_stage;
  bool m_made = false;  // the target
};

}  // namespace keyhole
