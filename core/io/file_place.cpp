#include "core/io/file_place.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/neurodata.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

class Resolver {
 public:
  Resolver(const FileNode& root, const std::string& file, const std::string& path)
      : m_file(file), m_path(path), m_rest(path) {
    m_placed.nodes = {&root};
  }

  PlacedArrays resolve() {
    while (!m_rest.empty()) {
      if (m_rest.front() == '(' || m_rest.front() == '{')
        takeElement();
      else if (m_rest.front() == '[')
        takePages();
      else
        takeName();
    }
    finish();
    return std::move(m_placed);
  }

 private:
  std::string before() const { return m_path.substr(0, m_path.size() - m_rest.size()); }
  std::string shown() const { return m_file + (m_path.empty() ? "" : ":" + shownText(m_path)); }

  [[noreturn]] void refuse(const std::string& why) const { throw InputError(shown() + " " + why); }

  // Lists give their elements.
  void expand() {
    std::vector<const FileNode*> all;
    for (const FileNode* node : m_placed.nodes) {
      if (node->kind != Kind::structs && node->kind != Kind::cells) {
        all.push_back(node);
        continue;
      }
      m_placed.isList = true;
      for (const auto& child : node->children) all.push_back(&child);
    }
    m_placed.nodes = std::move(all);
  }

  // The longest member name that the rest begins with, and behind which the name can end.
  static const FileNode* member(const FileNode& group, std::string_view rest) {
    const FileNode* found = nullptr;
    for (const auto& child : group.children) {
      if (child.name.empty() || !rest.starts_with(child.name)) continue;
      const std::string_view behind = rest.substr(child.name.size());
      if (!behind.empty() && std::string_view("./({[").find(behind.front()) == std::string_view::npos)
        continue;
      if (!found || child.name.size() > found->name.size()) found = &child;
    }
    return found;
  }

  void takeName() {
    const std::string at = before();
    if (m_rest.front() == '.' || m_rest.front() == '/') m_rest.remove_prefix(1);
    if (m_rest.empty()) return;
    expand();
    std::vector<const FileNode*> found;
    std::size_t length = 0;
    for (const FileNode* node : m_placed.nodes) {
      const FileNode* child = node->kind == Kind::group ? member(*node, m_rest) : nullptr;
      if (!child) refuseName(*m_placed.nodes.front(), at);
      if (!found.empty() && child->name.size() != length) refuseName(*node, at);
      length = child->name.size();
      found.push_back(child);
      noteSeries(*node);
    }
    m_placed.nodes = std::move(found);
    m_rest.remove_prefix(length);
  }

  void noteSeries(const FileNode& group) {
    if (seriesData(group)) m_placed.series = &group;
  }

  [[noreturn]] void refuseName(const FileNode& node, const std::string& at) const {
    std::vector<std::string> names;
    for (const auto& child : node.children) {
      FileArray array;
      array.path = child.name;
      array.shape = shapeText(child.shape);
      array.type = child.type;
      names.push_back(describe(array));
    }
    if (node.kind != Kind::group)
      throw InputError(m_file + ":" + shownText(at) + " is " + shapeText(node.shape) + " " + node.type +
                       " and has no member \"" + shownText(m_rest) + "\"; allowed: " + m_file + ":" +
                       shownText(at));
    throw InputError((at.empty() ? m_file : m_file + ":" + shownText(at)) + " holds no " +
                     (at.empty() ? "variable" : "member") + " \"" + shownText(m_rest) +
                     "\"; allowed: " + listed(names));
  }

  // (3), {3} or (2,3), counted from 1.
  std::vector<std::uint64_t> numbersUpTo(char close) {
    std::vector<std::uint64_t> numbers;
    m_rest.remove_prefix(1);
    while (true) {
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), number);
      if (error != std::errc() || number == 0)
        refuse("has an index that is no number from 1 at \"" + shownText(m_rest) +
               "\"; allowed: such as (3), {3}, [:,:,2]");
      numbers.push_back(number);
      m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
      if (m_rest.starts_with(close)) break;
      if (!m_rest.starts_with(','))
        refuse("has an index that is not closed at \"" + shownText(m_rest) +
               "\"; allowed: such as (3), {3}, [:,:,2]");
      m_rest.remove_prefix(1);
    }
    m_rest.remove_prefix(1);
    return numbers;
  }

  void takeElement() {
    const std::string at = before();
    const auto indices = numbersUpTo(m_rest.front() == '(' ? ')' : '}');
    const FileNode* list = m_placed.nodes.size() == 1 ? m_placed.nodes.front() : nullptr;
    const bool isArray = list && (list->kind == Kind::structs || list->kind == Kind::cells);
    // A struct alone is an array of one.
    if (list && list->kind == Kind::group && indices.size() == 1 && indices[0] == 1) return;
    const std::size_t n = isArray ? list->children.size() : m_placed.nodes.size();
    if (list && !isArray)
      refuse(
          "has an index behind what is no list; allowed: indices of struct and cell arrays, [:,:,2] for a "
          "page");
    std::uint64_t place = indices[0] - 1, stride = 1;
    for (std::size_t d = 1; d < indices.size(); ++d) {
      stride *= isArray && d - 1 < list->shape.size() ? list->shape[d - 1] : 1;
      place += (indices[d] - 1) * stride;
    }
    if (place >= n)
      throw InputError(m_file + ":" + shownText(at) + " has " + std::to_string(n) + " elements, and number " +
                       std::to_string(place + 1) + " is asked for; allowed: 1 to " + std::to_string(n));
    const FileNode* element = isArray ? &list->children[place] : m_placed.nodes[place];
    m_placed.nodes = {element};
    m_placed.isList = false;
  }

  void takePages() {
    std::string text(m_rest.substr(1));
    if (text.empty() || text.back() != ']' || !text.starts_with(":,:"))
      refuse("has a page that is not understood at \"" + shownText(m_rest) +
             "\"; allowed: such as [:,:,2] at the end");
    text = text.substr(3);
    m_rest.remove_prefix(4);
    if (m_rest == "]") {
      m_rest = {};
      return;
    }
    m_placed.pages = numbersUpTo(']');  // its first comma is cut like a bracket
    for (auto& page : m_placed.pages) --page;
    if (!m_rest.empty()) refuse("goes on behind a page; allowed: [:,:,2] at the end");
  }

  void finish() {
    const Kind kind = m_placed.nodes.size() == 1 ? m_placed.nodes.front()->kind : Kind::numbers;
    if (kind == Kind::group || kind == Kind::structs) takeOnlyArray();
    expand();
    if (m_placed.nodes.empty()) refuse("is an empty list; allowed: a list with at least one trial");
    for (const FileNode* node : m_placed.nodes) {
      if (node->kind == Kind::numbers) continue;
      if (node->kind == Kind::group) refuseGroup(*node);
      refuse("is " + shownText(lastName()) + " (" + shapeText(node->shape) + " " + node->type + ")" +
             (node->why.empty() ? "" : ", which " + node->why) + "; allowed: a real matrix of numbers");
    }
  }

  std::string lastName() const {
    const auto at = m_path.find_last_of("./");
    return at == std::string::npos ? m_path : m_path.substr(at + 1);
  }

  [[noreturn]] void refuseGroup(const FileNode& group) const {
    const FileNode* data = group.type.ends_with("Series") ? memberOf(group, "data") : nullptr;
    if (data && !data->why.empty())
      refuse("is a " + group.type + " whose data " + data->why +
             "; allowed: a series with numbers in this file");
    std::vector<std::string> names;
    for (const auto& array : arraysIn(group)) names.push_back(describe(array));
    refuse("is " + (m_placed.isList ? std::string("a list of structs") : "a " + group.type) +
           "; allowed: one of its members " + listed(names));
  }

  // A series, or the only recording in a group.
  void takeOnlyArray() {
    const FileNode* group = m_placed.nodes.front();
    if (const FileNode* data = seriesData(*group)) {
      m_placed.series = group;
      m_placed.nodes = {data};
      return;
    }
    const auto arrays = arraysIn(*group);
    std::vector<const FileArray*> recordings;
    for (const auto& array : arrays)
      if (array.role == ArrayRole::recording) recordings.push_back(&array);
    if (recordings.size() != 1) refuseGroup(*group);
    m_placed.nodes = recordings.front()->nodes;
    m_placed.isList = recordings.front()->isList;
  }

  std::string m_file, m_path;
  std::string_view m_rest;
  PlacedArrays m_placed;
};

}  // namespace

FilePlace parsePlace(const std::string& text) {
  std::error_code error;
  if (std::filesystem::exists(text, error)) return {text, {}};
  std::size_t known = std::string::npos;
  for (auto colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    const std::string file = text.substr(0, colon);
    if (std::filesystem::exists(file, error)) return {file, text.substr(colon + 1)};
    if (known == std::string::npos && hasKnownExtension(file)) known = colon;
  }
  if (known != std::string::npos) return {text.substr(0, known), text.substr(known + 1)};
  return {text, {}};
}

PlacedArrays placedArrays(const FileNode& root, const std::string& file, const std::string& path) {
  return Resolver(root, file, path).resolve();
}

}  // namespace keyhole
