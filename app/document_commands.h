// The entries of a document's history.
#pragma once

#include "app/document.h"

#include <QUndoCommand>

namespace keyhole {

// One setting. Merges with the next change of the same gesture and is dropped if that leads back to where it
// began.
class ChangeSetting : public QUndoCommand {
 public:
  ChangeSetting(Document& document, const QString& key, Document::State before, Document::State after,
                int gesture);

  void undo() override;
  void redo() override;
  int id() const override { return 1; }
  bool mergeWith(const QUndoCommand* other) override;

 private:
  void put(const Document::State& state);

  Document& m_document;
  QString m_key;
  Document::State m_before;
  Document::State m_after;
  int m_gesture;
};

// Everything at once: a preset, a reset, a dropped file.
class ReplaceState : public QUndoCommand {
 public:
  ReplaceState(Document& document, Document::State before, Document::State after, const QString& what);

  void undo() override;
  void redo() override;

 private:
  Document& m_document;
  Document::State m_before;
  Document::State m_after;
};

}  // namespace keyhole
