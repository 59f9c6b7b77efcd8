// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/dialectclient.h"
#include "common/fleet/fleet.h"

#include <QDialog>
#include <QTimer>

#include <functional>
#include <memory>

class QLabel;
class QLineEdit;
class QCheckBox;
class QPushButton;

namespace Hephaestus {

/// Asks for a URL. While it is typed, the dialog says what is wrong with it, or who answers there, in which dialect,
/// and what can be done. Half an address may be somebody else's: the token goes nowhere before it is itself typed at
/// that address, or the service is added.
class AddServiceDialog : public QDialog
{
    Q_OBJECT

public:
    /// Why an entry cannot be added, as a sentence; empty: it can be.
    using WhyNot = std::function<QString(const FleetEntry &)>;

    /// `whyNot` is asked while somebody types, as long as the dialog lives.
    explicit AddServiceDialog(WhyNot whyNot, QWidget *parent = nullptr);

    /// Says this, too, of an entry that can be added; empty: there is nothing to say.
    void setNote(const std::function<QString(const FleetEntry &)> &note);
    /// Says that the next start in the same way does not watch it, and offers to save it in a fleet file.
    void offerToSave();

    /// Valid once accepted.
    const FleetEntry &entry() const { return m_entry; }
    bool isToBeSaved() const;

private:
    QWidget *makeTrust();
    Result<FleetEntry> typed() const;
    void check(bool withToken);
    void askWho();
    void say(const QString &text);

    WhyNot m_whyNot;
    std::function<QString(const FleetEntry &)> m_note; ///< null: there is nothing to say
    QLineEdit *m_url;
    QLineEdit *m_token;
    QWidget *m_trust; ///< there for https
    QLineEdit *m_caFile;
    QLineEdit *m_fingerprint;
    QLabel *m_problem;
    QPushButton *m_accept;
    QCheckBox *m_save = nullptr; ///< there once that is offered
    FleetEntry m_entry;
    bool m_withToken = false; ///< is the token for the address that is asked?
    QTimer m_pause;           ///< until the typing rests
    std::unique_ptr<DialectClient> m_client;
};

} // namespace Hephaestus
