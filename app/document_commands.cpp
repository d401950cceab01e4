#include "app/document_commands.h"

namespace keyhole {

ChangeSetting::ChangeSetting(Document& document, const QString& key, Settings before, Settings after,
                             int gesture)
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

void ChangeSetting::put(const Settings& settings) {
  Document::State state = m_document.m_state;
  state.settings = settings;
  m_document.setState(state);
}

bool ChangeSetting::mergeWith(const QUndoCommand* other) {
  const auto* next = static_cast<const ChangeSetting*>(other);
  if (next->m_key != m_key || next->m_gesture != m_gesture) return false;
  m_after = next->m_after;
  if (m_after == m_before) setObsolete(true);
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
