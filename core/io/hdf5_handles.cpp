#include "core/io/hdf5_handles.h"

#include "core/io/text_encoding.h"

namespace keyhole {

bool hasAttribute(hid_t object, const char* name) {
  return H5Aexists(object, name) > 0;
}

std::optional<double> numberAttribute(hid_t object, const char* name) {
  if (!hasAttribute(object, name)) return {};
  const H5Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
  if (!attribute) return {};
  const H5Handle type(H5Aget_type(attribute.id())), space(H5Aget_space(attribute.id()));
  const H5T_class_t kind = H5Tget_class(type.id());
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || H5Sget_simple_extent_npoints(space.id()) != 1) return {};
  double value = 0;
  if (H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value) < 0) return {};
  return value;
}

std::string textAttribute(hid_t object, const char* name) {
  if (!hasAttribute(object, name)) return {};
  const H5Handle attribute(H5Aopen(object, name, H5P_DEFAULT));
  if (!attribute) return {};
  const H5Handle type(H5Aget_type(attribute.id())), space(H5Aget_space(attribute.id()));
  if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1) return {};
  constexpr std::size_t kMost = 1 << 16;
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    const H5Handle memory(H5Tget_native_type(type.id(), H5T_DIR_ASCEND));
    if (H5Aread(attribute.id(), memory.id(), &text) < 0 || !text) return {};
    const std::string result = validUtf8(std::string(text).substr(0, kMost));
    H5free_memory(text);
    return result;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size == 0 || size > kMost) return {};
  std::string text(size + 1, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return {};
  return validUtf8(text.substr(0, text.find('\0')));
}

bool isComplex(hid_t type) {
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return false;
  char* first = H5Tget_member_name(type, 0);
  const std::string name = first ? first : "";
  H5free_memory(first);
  const H5T_class_t kind = H5Tget_member_class(type, 0);
  return (name == "r" || name == "real") && (kind == H5T_FLOAT || kind == H5T_INTEGER);
}

std::vector<hsize_t> extentsOf(hid_t dataset) {
  const H5Handle space(H5Dget_space(dataset));
  const int rank = space ? H5Sget_simple_extent_ndims(space.id()) : 0;
  if (rank < 1) return {};
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr);
  return extents;
}

}  // namespace keyhole
