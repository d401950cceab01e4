// libhdf5's identifiers, closed when they go, and its attributes.
#pragma once

#include <hdf5.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace keyhole {

// Closes whatever it is. Not valid (below 0) if the call that made it failed.
class H5Handle {
 public:
  H5Handle() = default;
  explicit H5Handle(hid_t id) : m_id(id) {}
  H5Handle(H5Handle&& other) noexcept : m_id(std::exchange(other.m_id, -1)) {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    std::swap(m_id, other.m_id);
    return *this;
  }
  ~H5Handle() {
    if (m_id >= 0) H5Idec_ref(m_id);
  }
  hid_t id() const { return m_id; }
  explicit operator bool() const { return m_id >= 0; }

 private:
  hid_t m_id = -1;
};

// An attribute of one number or one text; empty if there is none of that kind.
std::optional<double> numberAttribute(hid_t object, const char* name);
std::string textAttribute(hid_t object, const char* name);
bool hasAttribute(hid_t object, const char* name);

// Two numbers named r and i, or real and imag.
bool isComplex(hid_t type);

// Extents of a dataset in the order of the file; empty for a single value.
std::vector<hsize_t> extentsOf(hid_t dataset);

}  // namespace keyhole
