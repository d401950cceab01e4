#include "app/document_commands.h"

namespace keyhole {

ChangeSetting::ChangeSetting(Document& document, const QString& key, Document::State before,
                             Document::State after, int gesture)
    : m_document(document),
      m_key(key),
      m_before(std::move(before)),
      m_after(std::move(after)),
      m_gesture(gesture) {
  const QString label = QString::fromStdString(settingRow(key.toStdString()).label);
  setText("Change " + insideSentence(label));
}

void ChangeSetting::undo() {
  put(m_before);
}

void ChangeSetting::redo() {
  put(m_after);
}

void ChangeSetting::put(const Document::State& state) {
  // The file is where it was saved meanwhile.
  m_document.setState({state.settings, state.title, m_document.m_state.path});
}

bool ChangeSetting::mergeWith(const QUndoCommand* other) {
  const auto* next = static_cast<const ChangeSetting*>(other);
  if (next->m_key != m_key || next->m_gesture != m_gesture) return false;
  m_after = next->m_after;
  if (m_after.settings == m_before.settings) setObsolete(true);
  return true;
}

ReplaceState::ReplaceState(Document& document, Document::State before, Document::State after,
                           const QString& what)
    : QUndoCommand(what), m_document(document), m_before(std::move(before)), m_after(std::move(after)) {}

void ReplaceState::undo() {
  m_document.setState(m_before);
}

void ReplaceState::redo() {
  m_document.setState(m_after);
}

}  // namespace keyhole
