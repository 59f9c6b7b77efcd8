<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>ActQuestions</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Restart %1 on %2?</source>
        <translation>%1 auf %2 neu starten?</translation>
    </message>
    <message>
        <source>Start %1 on %2?</source>
        <translation>%1 auf %2 starten?</translation>
    </message>
    <message>
        <source>Shut down %1 on %2?</source>
        <translation>%1 auf %2 herunterfahren?</translation>
    </message>
    <message>
        <source>Schedule a shutdown of %1 on %2?</source>
        <translation>Das Herunterfahren von %1 auf %2 planen?</translation>
    </message>
    <message>
        <source>Nothing here can start it again.</source>
        <translation>Von hier aus kann er nicht wieder gestartet werden.</translation>
    </message>
    <message numerus="yes">
        <source>%1 request(s) are in flight and will be finished first.</source>
        <translation>
            <numerusform>%1 Anfrage läuft noch und wird zuerst beendet.</numerusform>
            <numerusform>%1 Anfragen laufen noch und werden zuerst beendet.</numerusform>
        </translation>
    </message>
    <message>
        <source>That takes 30 s at most, unless the service is configured otherwise.</source>
        <translation>Das dauert höchstens 30 s, sofern der Dienst nicht anders konfiguriert ist.</translation>
    </message>
    <message numerus="yes">
        <source>Restart these %n service(s), one after the other?</source>
        <translation>
            <numerusform>Diesen %n Dienst neu starten?</numerusform>
            <numerusform>Diese %n Dienste nacheinander neu starten?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Start these %n service(s)?</source>
        <translation>
            <numerusform>Diesen %n Dienst starten?</numerusform>
            <numerusform>Diese %n Dienste starten?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Shut down these %n service(s), one after the other?</source>
        <translation>
            <numerusform>Diesen %n Dienst herunterfahren?</numerusform>
            <numerusform>Diese %n Dienste nacheinander herunterfahren?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Schedule a shutdown of these %n service(s)?</source>
        <translation>
            <numerusform>Das Herunterfahren dieses %n Dienstes planen?</numerusform>
            <numerusform>Das Herunterfahren dieser %n Dienste planen?</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <translation>%1 auf %2</translation>
    </message>
    <message>
        <source>What depends on it stays up: %1.</source>
        <translation>Was davon abhängt, läuft weiter: %1.</translation>
    </message>
    <message>
        <source>%1 runs %2, from %3</source>
        <translation>%1 führt %2 aus, laut %3</translation>
    </message>
    <message>
        <source>You have not run this before:</source>
        <translation>Das wurde hier noch nie ausgeführt:</translation>
    </message>
    <message>
        <source>%1 gets %2, as %3 says</source>
        <translation>%1 bekommt %2, so sagt es %3</translation>
    </message>
    <message>
        <source>You have not sent this before:</source>
        <translation>Das wurde hier noch nie gesendet:</translation>
    </message>
    <message>
        <source>It does not answer: another process has its address, %1.</source>
        <translation>Er antwortet nicht: Ein anderer Prozess belegt seine Adresse, %1.</translation>
    </message>
</context>
<context>
    <name>AlertSettings</name>
    <message>
        <source>expected http://HOST:9093, then token-file=, ca=, cert= or key=</source>
        <translation>erwartet: http://HOST:9093, danach token-file=, ca=, cert= oder key=</translation>
    </message>
</context>
<context>
    <name>AlertTargets</name>
    <message>
        <source>the program is missing: command PROGRAM ARGUMENT…</source>
        <translation>das Programm fehlt: command PROGRAMM ARGUMENT…</translation>
    </message>
    <message>
        <source>expected ntfy URL, webhook URL or command PROGRAM</source>
        <translation>erwartet: ntfy URL, webhook URL oder command PROGRAMM</translation>
    </message>
    <message>
        <source>expected a URL that begins with https:// or http://</source>
        <translation>erwartet: eine URL, die mit https:// oder http:// beginnt</translation>
    </message>
</context>
<context>
    <name>AlertTold</name>
    <message>
        <source>told at %1</source>
        <translation>gemeldet um %1</translation>
    </message>
    <message>
        <source>not sent: the window was in front</source>
        <translation>nicht gesendet: das Fenster war vorn</translation>
    </message>
    <message>
        <source>not sent: notifications are off</source>
        <translation>nicht gesendet: Mitteilungen sind aus</translation>
    </message>
    <message>
        <source>not sent: notifications were muted</source>
        <translation>nicht gesendet: Mitteilungen waren stumm</translation>
    </message>
    <message>
        <source>not sent: this desktop takes no notifications</source>
        <translation>nicht gesendet: dieser Desktop nimmt keine Mitteilungen an</translation>
    </message>
    <message numerus="yes">
        <source>given to %n target(s) at %1</source>
        <translation>
            <numerusform>um %1 an %n Ziel gegeben</numerusform>
            <numerusform>um %1 an %n Ziele gegeben</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClientError</name>
    <message>
        <source>answered</source>
        <translation>beantwortet</translation>
    </message>
    <message>
        <source>bad address</source>
        <translation>falsche Adresse</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgewiesen</translation>
    </message>
    <message>
        <source>no route</source>
        <translation>keine Route</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeitüberschreitung</translation>
    </message>
    <message>
        <source>host not found</source>
        <translation>Host nicht gefunden</translation>
    </message>
    <message>
        <source>TLS failed</source>
        <translation>TLS-Fehler</translation>
    </message>
    <message>
        <source>unauthorized</source>
        <translation>nicht berechtigt</translation>
    </message>
    <message>
        <source>not understood</source>
        <translation>nicht verstanden</translation>
    </message>
    <message>
        <source>answer too large</source>
        <translation>Antwort zu groß</translation>
    </message>
    <message>
        <source>redirected</source>
        <translation>umgeleitet</translation>
    </message>
    <message>
        <source>unexpected status</source>
        <translation>unerwarteter Status</translation>
    </message>
    <message>
        <source>disconnected</source>
        <translation>Verbindung getrennt</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>nicht gefragt</translation>
    </message>
    <message>
        <source>host lost</source>
        <translation>Host verloren</translation>
    </message>
    <message>
        <source>local trouble</source>
        <translation>lokale Störung</translation>
    </message>
</context>
<context>
    <name>DisplayText</name>
    <message>
        <source>plain /health</source>
        <translation>einfaches /health</translation>
    </message>
    <message>
        <source>d MMM HH:mm</source>
        <translation>d. MMM HH:mm</translation>
    </message>
    <message>
        <source>d MMM HH:mm:ss</source>
        <translation>d. MMM HH:mm:ss</translation>
    </message>
    <message>
        <source>d MMM yyyy HH:mm:ss</source>
        <translation>d. MMM yyyy HH:mm:ss</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
</context>
<context>
    <name>FilterQuery</name>
    <message>
        <source>no such state; there are %1</source>
        <translation>diesen Zustand gibt es nicht; es gibt %1</translation>
    </message>
    <message>
        <source>no such word; there are state:, dep:, group:, alert:, stale, fresh and favourite</source>
        <translation>dieses Wort gibt es nicht; es gibt state:, dep:, group:, alert:, stale, fresh und favourite</translation>
    </message>
    <message>
        <source>no such status; there are working, error, unknown, not_used</source>
        <translation>diesen Status gibt es nicht; es gibt working, error, unknown, not_used</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AddHostDialog</name>
    <message>
        <source>Add a host</source>
        <translation>Host hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Host, as ssh takes it:</source>
        <translation>H&amp;ost, wie ssh ihn versteht:</translation>
    </message>
    <message>
        <source>build1, deploy@build1 or deploy@build1:22</source>
        <translation>build1, deploy@build1 oder deploy@build1:22</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Host</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Its services are not watched any more</source>
        <translation>Seine Dienste werden nicht mehr beobachtet</translation>
    </message>
    <message>
        <source>A&amp;sk it</source>
        <translation>&amp;Fragen</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Hinzufügen</translation>
    </message>
    <message>
        <source>It is watched already.</source>
        <translation>Er wird schon beobachtet.</translation>
    </message>
    <message>
        <source>The services that hephaestus has in its fleet file there are shown here, through ssh.</source>
        <translation>Die Dienste, die dort in der Flottendatei von hephaestus stehen, erscheinen hier über ssh.</translation>
    </message>
    <message>
        <source>Asking %1…</source>
        <translation>%1 wird gefragt…</translation>
    </message>
    <message>
        <source>&amp;Add all the same</source>
        <translation>Trotzdem &amp;hinzufügen</translation>
    </message>
    <message>
        <source>There is no service in %1.</source>
        <translation>In %1 steht kein Dienst.</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) in %1: %2</source>
        <translation>
            <numerusform>%n Dienst in %1: %2</numerusform>
            <numerusform>%n Dienste in %1: %2</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AddServiceDialog</name>
    <message>
        <source>Add a service</source>
        <translation>Dienst hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Address of the service:</source>
        <translation>&amp;Adresse des Dienstes:</translation>
    </message>
    <message>
        <source>A port of this machine (:8000), HOST:PORT, a URL, or the path of a socket</source>
        <translation>Ein Port dieses Rechners (:8000), HOST:PORT, eine URL oder der Pfad eines Sockets</translation>
    </message>
    <message>
        <source>&amp;Token, if it needs one:</source>
        <translation>&amp;Token, falls er eines braucht:</translation>
    </message>
    <message>
        <source>kept in the keyring, or a file only you can read</source>
        <translation>im Schlüsselbund oder in einer privaten Datei</translation>
    </message>
    <message>
        <source>kept in a file only you can read</source>
        <translation>in einer privaten Datei aufbewahrt</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Hinzufügen</translation>
    </message>
    <message>
        <source>Asking %1…</source>
        <translation>%1 wird gefragt…</translation>
    </message>
    <message>
        <source>It needs a token. Yours is sent when you add the service, not while you edit its address.</source>
        <translation>Er braucht ein Token. Es wird beim Hinzufügen gesendet, nicht schon beim Ändern der Adresse.</translation>
    </message>
    <message>
        <source>Trusted &amp;certificates, a file in PEM:</source>
        <translation>Vertraute &amp;Zertifikate, eine Datei in PEM:</translation>
    </message>
    <message>
        <source>those of this system</source>
        <translation>die dieses Systems</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Eine Datei wählen</translation>
    </message>
    <message>
        <source>Trusted certificates</source>
        <translation>Vertraute Zertifikate</translation>
    </message>
    <message>
        <source>Only the certificate with this SHA-256 &amp;fingerprint:</source>
        <translation>Nur das Zertifikat mit diesem &amp;Fingerabdruck (SHA-256):</translation>
    </message>
    <message>
        <source>any that is trusted</source>
        <translation>jedes vertraute</translation>
    </message>
    <message>
        <source>This window shows what it was started with. Started in the same way again, it does not watch what is added here; started alone, it does.</source>
        <translation>Dieses Fenster zeigt, womit es gestartet wurde. Wieder so gestartet, beobachtet es nicht, was hier hinzugefügt wird; allein gestartet schon.</translation>
    </message>
    <message>
        <source>&amp;Save it in a fleet file, too</source>
        <translation>Auch in einer Flottendatei &amp;speichern</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AddedServices</name>
    <message>
        <source>%1 is watched already: it is in %2, where its token is named if it wants one.</source>
        <translation>%1 wird schon beobachtet: der Dienst steht in %2, wo auch sein Token genannt wird, falls er eines verlangt.</translation>
    </message>
    <message>
        <source>%1 is watched already, and was not added by hand.</source>
        <translation>%1 wird schon beobachtet und wurde nicht von Hand hinzugefügt.</translation>
    </message>
    <message>
        <source>%1 is busy: add it again later.</source>
        <translation>%1 ist beschäftigt: später noch einmal hinzufügen.</translation>
    </message>
    <message>
        <source>the token of %1 cannot be had: %2</source>
        <translation>das Token von %1 ist nicht zu bekommen: %2</translation>
    </message>
    <message>
        <source>it is not in the keyring any more</source>
        <translation>es ist nicht mehr im Schlüsselbund</translation>
    </message>
    <message>
        <source>%1 is watched already, as %2. Added again, it takes the token and the certificates that are typed here.</source>
        <translation>%1 wird schon beobachtet, als %2. Noch einmal hinzugefügt, bekommt es das Token und die Zertifikate, die hier stehen.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertCommands</name>
    <message>
        <source>&amp;Acknowledge</source>
        <translation>&amp;Bestätigen</translation>
    </message>
    <message>
        <source>Ctrl+Shift+A</source>
        <translation>Ctrl+Shift+A</translation>
    </message>
    <message>
        <source>&amp;Take the acknowledgement back</source>
        <translation>Bestätigung &amp;zurücknehmen</translation>
    </message>
    <message>
        <source>Mute for an &amp;hour</source>
        <translation>Für eine &amp;Stunde stummschalten</translation>
    </message>
    <message>
        <source>Mute until tomorrow &amp;morning</source>
        <translation>Bis &amp;morgen früh stummschalten</translation>
    </message>
    <message>
        <source>Mute &amp;until…</source>
        <translation>St&amp;ummschalten bis…</translation>
    </message>
    <message>
        <source>Ctrl+Shift+M</source>
        <translation>Ctrl+Shift+M</translation>
    </message>
    <message>
        <source>Mute no &amp;longer</source>
        <translation>&amp;Nicht mehr stummschalten</translation>
    </message>
    <message>
        <source>Ctrl+Alt+M</source>
        <translation>Ctrl+Alt+M</translation>
    </message>
    <message>
        <source>Select a service first.</source>
        <translation>Zuerst einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>Nothing is amiss with it that is not acknowledged.</source>
        <translation>Er hat keine Störung, die nicht bestätigt ist.</translation>
    </message>
    <message>
        <source>Nothing of it is acknowledged.</source>
        <translation>Nichts von ihm ist bestätigt.</translation>
    </message>
    <message>
        <source>It is muted with its group.</source>
        <translation>Er ist mit seiner Gruppe stummgeschaltet.</translation>
    </message>
    <message>
        <source>It is not muted.</source>
        <translation>Er ist nicht stummgeschaltet.</translation>
    </message>
    <message>
        <source>the group</source>
        <translation>die Gruppe</translation>
    </message>
    <message>
        <source>Mute all of %1 for an hour</source>
        <translation>%1: alle für eine Stunde stummschalten</translation>
    </message>
    <message>
        <source>Mute all of %1 until tomorrow morning</source>
        <translation>%1: alle bis morgen früh stummschalten</translation>
    </message>
    <message>
        <source>Mute all of %1 until…</source>
        <translation>%1: alle stummschalten bis…</translation>
    </message>
    <message>
        <source>Mute %1 no longer</source>
        <translation>%1: nicht mehr stummschalten</translation>
    </message>
    <message>
        <source>The selected service is in no group.</source>
        <translation>Der gewählte Dienst ist in keiner Gruppe.</translation>
    </message>
    <message>
        <source>This group is not muted.</source>
        <translation>Diese Gruppe ist nicht stummgeschaltet.</translation>
    </message>
    <message>
        <source>No alert of %1 is told until:</source>
        <translation>Kein Alarm von %1 wird gemeldet bis:</translation>
    </message>
    <message numerus="yes">
        <source>No alert of these %n services is told until:</source>
        <translation>
            <numerusform>Kein Alarm dieses %n Dienstes wird gemeldet bis:</numerusform>
            <numerusform>Kein Alarm dieser %n Dienste wird gemeldet bis:</numerusform>
        </translation>
    </message>
    <message>
        <source>No alert of the services of %1 is told until:</source>
        <translation>Kein Alarm der Dienste von %1 wird gemeldet bis:</translation>
    </message>
    <message>
        <source>All alerts an&amp;d mutes…</source>
        <translation>Alle Alarme un&amp;d was stumm ist…</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertListDialog</name>
    <message>
        <source>Alerts</source>
        <translation>Alarme</translation>
    </message>
    <message>
        <source>Nothing is amiss, muted or acknowledged.</source>
        <translation>Nichts ist gestört, stummgeschaltet oder bestätigt.</translation>
    </message>
    <message>
        <source>&amp;Acknowledge</source>
        <translation>&amp;Bestätigen</translation>
    </message>
    <message>
        <source>&amp;Mute for an hour</source>
        <translation>Für eine Stunde &amp;stummschalten</translation>
    </message>
    <message>
        <source>Mute no &amp;longer</source>
        <translation>&amp;Nicht mehr stummschalten</translation>
    </message>
    <message>
        <source>Alerts and mutes</source>
        <translation>Alarme, und was stumm ist</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertListModel</name>
    <message>
        <source>All of %1</source>
        <translation>Alle von %1</translation>
    </message>
    <message>
        <source>muted until %1</source>
        <translation>stummgeschaltet bis %1</translation>
    </message>
    <message>
        <source>runs old code</source>
        <translation>läuft mit altem Code</translation>
    </message>
    <message>
        <source>acknowledged in part</source>
        <translation>teilweise bestätigt</translation>
    </message>
    <message>
        <source>acknowledged</source>
        <translation>bestätigt</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Dienst</translation>
    </message>
    <message>
        <source>It is</source>
        <translation>Er ist</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Alarme</translation>
    </message>
    <message>
        <source>not told yet</source>
        <translation>noch nicht gemeldet</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n service(s)</source>
        <translation>
            <numerusform>%1 von %n Dienst</numerusform>
            <numerusform>%1 von %n Diensten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n depend(s) on it</source>
        <translation>
            <numerusform>%1, davon hängt %n ab</numerusform>
            <numerusform>%1, davon hängen %n ab</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 fails for them</source>
        <translation>%1 fällt bei ihnen aus</translation>
    </message>
    <message>
        <source>none answers on %1</source>
        <translation>auf %1 antwortet keiner</translation>
    </message>
    <message>
        <source>not the same for all</source>
        <translation>nicht bei allen gleich</translation>
    </message>
    <message>
        <source>%1, open</source>
        <translation>%1, aufgeklappt</translation>
    </message>
    <message>
        <source>%1, folded</source>
        <translation>%1, zugeklappt</translation>
    </message>
    <message>
        <source>do not answer since %1</source>
        <translation>antworten nicht seit %1</translation>
    </message>
    <message>
        <source>not by itself; of its cause: %1</source>
        <translation>nicht für sich; seine Ursache: %1</translation>
    </message>
    <message>
        <source>do not answer, since before %1</source>
        <translation>antworten nicht, seit vor %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertMutes</name>
    <message>
        <source>its alerts are muted until %1</source>
        <translation>seine Alarme sind stummgeschaltet bis %1</translation>
    </message>
    <message>
        <source>the alerts of this group are muted until %1</source>
        <translation>die Alarme dieser Gruppe sind stummgeschaltet bis %1</translation>
    </message>
    <message>
        <source>its alerts are no longer muted</source>
        <translation>seine Alarme sind nicht mehr stummgeschaltet</translation>
    </message>
    <message>
        <source>the alerts of this group are no longer muted</source>
        <translation>die Alarme dieser Gruppe sind nicht mehr stummgeschaltet</translation>
    </message>
    <message>
        <source>its alerts are no longer muted: it is %1</source>
        <translation>seine Alarme sind nicht mehr stummgeschaltet: er ist %1</translation>
    </message>
    <message>
        <source>old code</source>
        <translation>alter Code</translation>
    </message>
    <message>
        <source>acknowledged: %1</source>
        <translation>bestätigt: %1</translation>
    </message>
    <message>
        <source>no longer acknowledged</source>
        <translation>nicht mehr bestätigt</translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertPush</name>
    <message>
        <source>Alertmanager</source>
        <translation>Alertmanager</translation>
    </message>
    <message numerus="yes">
        <source>was not told of %n alert(s): %1</source>
        <translation>
            <numerusform>erfuhr von %n Alarm nicht: %1</numerusform>
            <numerusform>erfuhr von %n Alarmen nicht: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertSettings</name>
    <message>
        <source>Alerts, beside those of states; one a line</source>
        <translation>Alarme zusätzlich zu denen der Zustände; einer pro Zeile</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>latency &gt; 500ms for 1min
errors &gt; 5% for 1min group:shop
stale for 10min</source>
        <translation>latency &gt; 500ms for 1min
errors &gt; 5% for 1min group:shop
stale for 10min</translation>
    </message>
    <message>
        <source>Targets</source>
        <translation>Ziele</translation>
    </message>
    <message>
        <source>ntfy https://ntfy.sh/my-topic
webhook https://…
command program …</source>
        <translation>ntfy https://ntfy.sh/mein-thema
webhook https://…
command programm …</translation>
    </message>
    <message>
        <source>Tell &amp;when:</source>
        <translation>&amp;Melden, wenn:</translation>
    </message>
    <message>
        <source>Tell als&amp;o:</source>
        <translation>A&amp;uch melden an:</translation>
    </message>
    <message>
        <source>Alertmanagers</source>
        <translation>Alertmanager</translation>
    </message>
    <message>
        <source>http://alertmanager:9093
https://… token-file=… ca=…</source>
        <translation>http://alertmanager:9093
https://… token-file=… ca=…</translation>
    </message>
    <message>
        <source>Tell Alertman&amp;ager of trouble and rules, of the services asked from here</source>
        <translation>Dem Alert&amp;manager Störungen und Regeln der von hier gefragten Dienste melden</translation>
    </message>
    <message>
        <source>Alert&amp;manager:</source>
        <translation>Aler&amp;tmanager:</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Alerts</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: over, %n service(s) are healthy again</source>
        <translation>
            <numerusform>%1: vorbei, %n Dienst ist wieder gesund</numerusform>
            <numerusform>%1: vorbei, %n Dienste sind wieder gesund</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 fails for %n service(s)</source>
        <translation>
            <numerusform>%1 fällt für %n Dienst aus</numerusform>
            <numerusform>%1 fällt für %n Dienste aus</numerusform>
        </translation>
    </message>
    <message>
        <source>No service answers on %1</source>
        <translation>Auf %1 antwortet kein Dienst</translation>
    </message>
    <message>
        <source>What depends on it:</source>
        <translation>Was davon abhängt:</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are in trouble</source>
        <translation>
            <numerusform>%n Dienst ist gestört</numerusform>
            <numerusform>%n Dienste sind gestört</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is healthy again</source>
        <translation>%1 ist wieder gesund</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are healthy again</source>
        <translation>
            <numerusform>%n Dienst ist wieder gesund</numerusform>
            <numerusform>%n Dienste sind wieder gesund</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 runs old code</source>
        <translation>%1 führt alten Code aus</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) run old code</source>
        <translation>
            <numerusform>%n Dienst führt alten Code aus</numerusform>
            <numerusform>%n Dienste führen alten Code aus</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are healthy again, %1 still in trouble</source>
        <translation>
            <numerusform>%n Dienst ist wieder gesund, %1 sind noch gestört</numerusform>
            <numerusform>%n Dienste sind wieder gesund, %1 sind noch gestört</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n service(s) do not answer</source>
        <translation>
            <numerusform>%1 von %n Dienst antwortet nicht</numerusform>
            <numerusform>%1 von %n Diensten antworten nicht</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertsPage</name>
    <message>
        <source>Alerts and silences</source>
        <translation>Alarme und Stummschaltungen</translation>
    </message>
    <message>
        <source>The alert or silence</source>
        <translation>Der Alarm oder die Stummschaltung</translation>
    </message>
    <message>
        <source>&amp;Silence the alert…</source>
        <translation>Alarm &amp;stummschalten…</translation>
    </message>
    <message>
        <source>Silence the ser&amp;vice…</source>
        <translation>&amp;Dienst stummschalten…</translation>
    </message>
    <message>
        <source>&amp;End the silence</source>
        <translation>Stummschaltung b&amp;eenden</translation>
    </message>
    <message>
        <source>No Alertmanager is asked. Name one in the preferences, or by --alertmanager.</source>
        <translation>Kein Alertmanager wird gefragt. Einen in den Einstellungen nennen, oder mit --alertmanager.</translation>
    </message>
    <message>
        <source>Alertmanager has no alert and no silence of it.</source>
        <translation>Alertmanager hat zu ihm keinen Alarm und keine Stummschaltung.</translation>
    </message>
    <message>
        <source>What Alertmanager has of it, the worst first.</source>
        <translation>Was Alertmanager zu ihm hat, das Schlimmste zuerst.</translation>
    </message>
    <message>
        <source>This window only looks.</source>
        <translation>Dieses Fenster sieht nur zu.</translation>
    </message>
    <message>
        <source>Nobody is notified of alerts with %1, here or elsewhere.</source>
        <translation>Alarme mit %1 werden niemandem gemeldet, weder hier noch anderswo.</translation>
    </message>
    <message>
        <source>It was not done: %1</source>
        <translation>Es wurde nicht getan: %1</translation>
    </message>
    <message>
        <source>Silence from %1, by %2</source>
        <translation>Stummschaltung ab %1, durch %2</translation>
    </message>
    <message>
        <source>Silence until %1, by %2</source>
        <translation>Stummschaltung bis %1, durch %2</translation>
    </message>
    <message>
        <source>Since %1</source>
        <translation>Seit %1</translation>
    </message>
    <message>
        <source>Labels:</source>
        <translation>Labels:</translation>
    </message>
    <message>
        <source>Annotations:</source>
        <translation>Annotationen:</translation>
    </message>
    <message>
        <source>From %1</source>
        <translation>Ab %1</translation>
    </message>
    <message>
        <source>Until %1</source>
        <translation>Bis %1</translation>
    </message>
    <message>
        <source>Holds all alerts with: %1</source>
        <translation>Hält alle Alarme zurück mit: %1</translation>
    </message>
    <message>
        <source>Id: %1</source>
        <translation>ID: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::BulkActions</name>
    <message>
        <source>it depends on %1, which failed</source>
        <translation>er hängt von %1 ab, und das ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>not tried: %1</source>
        <translation>nicht versucht: %1</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message numerus="yes">
        <source>%n restarted</source>
        <translation>
            <numerusform>%n neu gestartet</numerusform>
            <numerusform>%n neu gestartet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n started</source>
        <translation>
            <numerusform>%n gestartet</numerusform>
            <numerusform>%n gestartet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n shut down</source>
        <translation>
            <numerusform>%n heruntergefahren</numerusform>
            <numerusform>%n heruntergefahren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed: %1</source>
        <translation>
            <numerusform>%n fehlgeschlagen: %1</numerusform>
            <numerusform>%n fehlgeschlagen: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>restart, %1 before it</source>
        <translation>Neustart, %1 vor ihm</translation>
    </message>
    <message>
        <source>start, %1 before it</source>
        <translation>Start, %1 vor ihm</translation>
    </message>
    <message>
        <source>shutdown, %1 before it</source>
        <translation>Ende, %1 vor ihm</translation>
    </message>
    <message>
        <source>it depends on %1, which was called off</source>
        <translation>er hängt von %1 ab, und das wurde abgesagt</translation>
    </message>
    <message numerus="yes">
        <source>%n called off</source>
        <translation>
            <numerusform>%n abgesagt</numerusform>
            <numerusform>%n abgesagt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n called off: %1</source>
        <translation>
            <numerusform>%n abgesagt: %1</numerusform>
            <numerusform>%n abgesagt: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::BulkProgress</name>
    <message>
        <source>Cancel the rest</source>
        <translation>Rest abbrechen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1 of %2 done, %3 failed</source>
        <translation>%1 von %2 erledigt, %3 fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 of %2 done</source>
        <translation>%1 von %2 erledigt</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CodeDiff</name>
    <message>
        <source>did not answer in %1 s</source>
        <translation>hat in %1 s nicht geantwortet</translation>
    </message>
    <message>
        <source>It is no file in a folder of this machine.</source>
        <translation>Das ist keine Datei in einem Ordner dieses Rechners.</translation>
    </message>
    <message>
        <source>The service does not say from which commit of git it was started.</source>
        <translation>Der Dienst sagt nicht, aus welchem Git-Commit er gestartet wurde.</translation>
    </message>
    <message>
        <source>The file is not in the work tree that the service was started in.</source>
        <translation>Die Datei liegt nicht im Arbeitsbaum, in dem der Dienst gestartet wurde.</translation>
    </message>
    <message>
        <source>%1 is not installed.</source>
        <translation>%1 ist nicht installiert.</translation>
    </message>
    <message>
        <source>the file is larger than %1 MiB</source>
        <translation>die Datei ist größer als %1 MiB</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CodeDiffDialog</name>
    <message>
        <source>git is asked…</source>
        <translation>git wird gefragt…</translation>
    </message>
    <message>
        <source>Changes of %1</source>
        <translation>Änderungen an %1</translation>
    </message>
    <message>
        <source>What changed</source>
        <translation>Was sich geändert hat</translation>
    </message>
    <message>
        <source>Against commit %1. The work tree may have had changes of its own when the service was started: those are among these.</source>
        <translation>Gegenüber Commit %1. Der Arbeitsbaum kann beim Start des Dienstes eigene Änderungen gehabt haben: sie sind hier mit dabei.</translation>
    </message>
    <message>
        <source>Against commit %1, from which the service was started.</source>
        <translation>Gegenüber Commit %1, aus dem der Dienst gestartet wurde.</translation>
    </message>
    <message>
        <source>There is no difference to %1: the file was changed before the start.</source>
        <translation>Zu %1 gibt es keinen Unterschied: die Datei wurde vor dem Start geändert.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CodeModel</name>
    <message>
        <source>modified</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>added</source>
        <translation>hinzugekommen</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>not built</source>
        <translation>nicht gebaut</translation>
    </message>
    <message>
        <source>unreadable</source>
        <translation>nicht lesbar</translation>
    </message>
    <message>
        <source>unverified</source>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>executable</source>
        <translation>Programm</translation>
    </message>
    <message>
        <source>library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>configuration</source>
        <translation>Konfiguration</translation>
    </message>
    <message>
        <source>source</source>
        <translation>Quelltext</translation>
    </message>
    <message>
        <source>lock file</source>
        <translation>Lock-Datei</translation>
    </message>
    <message>
        <source>environment</source>
        <translation>Umgebung</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CodePage</name>
    <message>
        <source>Runs the code on disk.</source>
        <translation>Führt den Code auf der Platte aus.</translation>
    </message>
    <message>
        <source>Runs with an old environment: its fleet entry has changed since. A restart applies it.</source>
        <translation>Läuft mit alter Umgebung: der Eintrag in der Flottendatei hat sich seither geändert. Ein Neustart übernimmt sie.</translation>
    </message>
    <message numerus="yes">
        <source>Runs old code: %1 file(s) on disk differ from what was loaded. A restart loads them.</source>
        <translation>
            <numerusform>Führt alten Code aus: %1 Datei auf der Platte weicht vom Geladenen ab. Ein Neustart lädt sie.</numerusform>
            <numerusform>Führt alten Code aus: %1 Dateien auf der Platte weichen vom Geladenen ab. Ein Neustart lädt sie.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not known: %1 file(s) could not be compared with what was loaded.</source>
        <translation>
            <numerusform>Nicht bekannt: %1 Datei konnte nicht mit dem Geladenen verglichen werden.</numerusform>
            <numerusform>Nicht bekannt: %1 Dateien konnten nicht mit dem Geladenen verglichen werden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Open in the &amp;editor</source>
        <translation>Im &amp;Editor öffnen</translation>
    </message>
    <message>
        <source>What chan&amp;ged</source>
        <translation>Was &amp;geändert wurde</translation>
    </message>
    <message>
        <source>Changed files</source>
        <translation>Geänderte Dateien</translation>
    </message>
    <message>
        <source>Choose a file of this machine above.</source>
        <translation>Oben eine Datei dieses Rechners wählen.</translation>
    </message>
    <message>
        <source>The file is gone.</source>
        <translation>Die Datei ist nicht mehr da.</translation>
    </message>
    <message>
        <source>No program for this file could be started.</source>
        <translation>Für diese Datei konnte kein Programm gestartet werden.</translation>
    </message>
    <message>
        <source>This service does not say which code it runs.</source>
        <translation>Dieser Dienst sagt nicht, welchen Code er ausführt.</translation>
    </message>
    <message>
        <source>Compared %1.</source>
        <translation>Verglichen: %1.</translation>
    </message>
    <message numerus="yes">
        <source>%1 more change(s) are not listed.</source>
        <translation>
            <numerusform>%1 weitere Änderung ist nicht aufgeführt.</numerusform>
            <numerusform>%1 weitere Änderungen sind nicht aufgeführt.</numerusform>
        </translation>
    </message>
    <message>
        <source>This is what it said before it was gone.</source>
        <translation>Das hat er gesagt, bevor er verschwand.</translation>
    </message>
    <message>
        <source>It has not answered yet: which code it runs is not known.</source>
        <translation>Er hat noch nicht geantwortet: welchen Code er ausführt, ist nicht bekannt.</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Not known: %1.</source>
        <translation>Nicht bekannt: %1.</translation>
    </message>
    <message>
        <source>Not known, and the service does not say why.</source>
        <translation>Nicht bekannt, und der Dienst sagt nicht, warum.</translation>
    </message>
    <message>
        <source>Ran the code on disk when it last answered.</source>
        <translation>Führte den Code auf der Platte aus, als er zuletzt antwortete.</translation>
    </message>
    <message>
        <source>Another service has its address. Which code that one runs says nothing of this one.</source>
        <translation>Ein anderer Dienst hat seine Adresse. Welchen Code jener ausführt, sagt über diesen nichts.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>A command, a service, or both: restart gateway</source>
        <translation>Ein Befehl, ein Dienst oder beides: neu starten gateway</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Matching commands</source>
        <translation>Passende Befehle</translation>
    </message>
    <message>
        <source>Nothing found for “%1”</source>
        <translation>Nichts gefunden für „%1“</translation>
    </message>
    <message>
        <source>View: %1</source>
        <translation>Sicht: %1</translation>
    </message>
    <message>
        <source>Go to %1</source>
        <translation>Gehe zu %1</translation>
    </message>
    <message>
        <source>Colours: as the system</source>
        <translation>Farben: wie das System</translation>
    </message>
    <message>
        <source>Colours: light</source>
        <translation>Farben: hell</translation>
    </message>
    <message>
        <source>Colours: dark</source>
        <translation>Farben: dunkel</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>gewählt</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>wie das System</translation>
    </message>
    <message>
        <source>Language from the next start: %1</source>
        <translation>Sprache ab dem nächsten Start: %1</translation>
    </message>
    <message>
        <source>Ask before a restart even when nothing is in flight</source>
        <translation>Vor einem Neustart auch fragen, wenn keine Anfrage läuft</translation>
    </message>
    <message>
        <source>Icon in the tray</source>
        <translation>Symbol im Infobereich</translation>
    </message>
    <message>
        <source>Keep watching from the tray when the window is closed</source>
        <translation>Bei geschlossenem Fenster im Infobereich weiter beobachten</translation>
    </message>
    <message>
        <source>Notify of trouble, recovery and old code</source>
        <translation>Störungen, Erholung und alten Code melden</translation>
    </message>
    <message>
        <source>%1: turn off</source>
        <translation>%1: ausschalten</translation>
    </message>
    <message>
        <source>%1: turn on</source>
        <translation>%1: einschalten</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Who uses %1</source>
        <translation>Wer nutzt %1</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message>
        <source>Restart %1</source>
        <translation>Neu starten: %1</translation>
    </message>
    <message>
        <source>Start %1</source>
        <translation>Starten: %1</translation>
    </message>
    <message>
        <source>Shut down %1</source>
        <translation>Herunterfahren: %1</translation>
    </message>
    <message>
        <source>Schedule a shutdown of %1</source>
        <translation>Herunterfahren planen: %1</translation>
    </message>
    <message>
        <source>Cancel the scheduled shutdown of %1</source>
        <translation>Geplantes Herunterfahren abbrechen: %1</translation>
    </message>
    <message>
        <source>Check %1</source>
        <translation>Prüfen: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CommitWatch</name>
    <message>
        <source>its work tree is at commit %1 now</source>
        <translation>sein Arbeitsbaum steht jetzt auf Commit %1</translation>
    </message>
    <message>
        <source>its work tree is at commit %1 of %2 now</source>
        <translation>sein Arbeitsbaum steht jetzt auf Commit %1 von %2</translation>
    </message>
    <message>
        <source>commit %1</source>
        <translation>Commit %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Confirmation</name>
    <message>
        <source>as the service is configured</source>
        <translation>wie der Dienst konfiguriert ist</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>&amp;After:</source>
        <translation>&amp;Nach:</translation>
    </message>
    <message>
        <source>Such as 10s or 5min.</source>
        <translation>Zum Beispiel 10s oder 5min.</translation>
    </message>
    <message>
        <source>At most 24 h.</source>
        <translation>Höchstens 24 h.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::CopyCommands</name>
    <message>
        <source>Copy answer as &amp;JSON</source>
        <translation>Antwort als JSON &amp;kopieren</translation>
    </message>
    <message>
        <source>Ctrl+Shift+U</source>
        <translation>Ctrl+Shift+U</translation>
    </message>
    <message>
        <source>A command that asks the service from a shell; a token is read from its file, and not copied.</source>
        <translation>Ein Befehl, der den Dienst aus einer Shell fragt; ein Token wird aus seiner Datei gelesen und nicht kopiert.</translation>
    </message>
    <message>
        <source>Ctrl+Shift+J</source>
        <translation>Ctrl+Shift+J</translation>
    </message>
    <message>
        <source>What the service answered last.</source>
        <translation>Was der Dienst zuletzt geantwortet hat.</translation>
    </message>
    <message>
        <source>Co&amp;py as curl</source>
        <translation>Als &amp;curl kopieren</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Countdown</name>
    <message>
        <source>start in %1 s</source>
        <translation>Start in %1 s</translation>
    </message>
    <message>
        <source>restart in %1 s</source>
        <translation>Neustart in %1 s</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DeathsPage</name>
    <message>
        <source>Processes that ended</source>
        <translation>Beendete Prozesse</translation>
    </message>
    <message>
        <source>Last words</source>
        <translation>Letzte Worte</translation>
    </message>
    <message>
        <source>No history is kept: the last words of a process are lost with it.</source>
        <translation>Es wird kein Verlauf geführt: die letzten Worte eines Prozesses gehen mit ihm verloren.</translation>
    </message>
    <message>
        <source>The last words of its processes, newest first.</source>
        <translation>Die letzten Worte seiner Prozesse, die neuesten zuerst.</translation>
    </message>
    <message>
        <source>Seen %1 (%2).</source>
        <translation>Gesehen: %1 (%2).</translation>
    </message>
    <message>
        <source>Its output is not known.</source>
        <translation>Seine Ausgabe ist nicht bekannt.</translation>
    </message>
    <message>
        <source>The end of its output:</source>
        <translation>Das Ende seiner Ausgabe:</translation>
    </message>
    <message>
        <source>What it answered %1 before:</source>
        <translation>Was er %1 vorher geantwortet hat:</translation>
    </message>
    <message>
        <source>What was kept cannot be read: %1</source>
        <translation>Was aufgehoben wurde, ist nicht zu lesen: %1</translation>
    </message>
    <message>
        <source>What was kept of its processes is being read…</source>
        <translation>Was von seinen Prozessen aufgehoben wurde, wird gelesen…</translation>
    </message>
    <message>
        <source>No death of a process of it is recorded.</source>
        <translation>Kein Tod eines seiner Prozesse ist verzeichnet.</translation>
    </message>
    <message>
        <source>The end of its output, and perhaps of processes before it:</source>
        <translation>Das Ende seiner Ausgabe, und vielleicht von Prozessen vor ihm:</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DemoCommands</name>
    <message>
        <source>&amp;Try the demo</source>
        <translation>Demo &amp;ausprobieren</translation>
    </message>
    <message>
        <source>&amp;End the demo…</source>
        <translation>Demo b&amp;eenden…</translation>
    </message>
    <message>
        <source>The demo is not installed with this program.</source>
        <translation>Die Demo ist bei diesem Programm nicht mitinstalliert.</translation>
    </message>
    <message>
        <source>This dashboard only looks: it was started with --read-only.</source>
        <translation>Dieses Dashboard sieht nur zu: es wurde mit --read-only gestartet.</translation>
    </message>
    <message>
        <source>Start three services on this machine, and watch them.</source>
        <translation>Drei Dienste auf diesem Rechner starten und beobachten.</translation>
    </message>
    <message>
        <source>Shut down what it started, and remove it from this window.</source>
        <translation>Herunterfahren, was sie gestartet hat, und es aus diesem Fenster entfernen.</translation>
    </message>
    <message numerus="yes">
        <source>Shut down the %n service(s) of the demo, and remove them from this window?</source>
        <translation>
            <numerusform>Den Dienst der Demo herunterfahren und aus diesem Fenster entfernen?</numerusform>
            <numerusform>Die %n Dienste der Demo herunterfahren und aus diesem Fenster entfernen?</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;End the demo</source>
        <translation>Demo b&amp;eenden</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DependenciesPage</name>
    <message>
        <source>Dependencies</source>
        <translation>Abhängigkeiten</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DependencyChipsDelegate</name>
    <message>
        <source>A click shows its graph.</source>
        <translation>Ein Klick zeigt den Graphen.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DependencyGraph</name>
    <message>
        <source>%1 failed</source>
        <translation>%1 fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 (%2 %)</source>
        <translation>%1 (%2 %)</translation>
    </message>
    <message>
        <source>operations in %1</source>
        <translation>Operationen in %1</translation>
    </message>
    <message>
        <source>each %1</source>
        <translation>je %1</translation>
    </message>
    <message>
        <source>%1 succeeded</source>
        <translation>%1 gelungen</translation>
    </message>
    <message>
        <source>No data for this time.</source>
        <translation>Keine Daten für diese Zeit.</translation>
    </message>
    <message>
        <source>Graph of %1</source>
        <translation>Graph von %1</translation>
    </message>
    <message>
        <source>In the last %1: %2, %3.</source>
        <translation>In den letzten %1: %2, %3.</translation>
    </message>
    <message>
        <source>no data</source>
        <translation>keine Daten</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DependencyModel</name>
    <message>
        <source>working</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>not used</source>
        <translation>inaktiv</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Of all its operations since the service started</source>
        <translation>Von allen Operationen seit dem Start des Dienstes</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Gut</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Failed %</source>
        <translation>Fehler %</translation>
    </message>
    <message>
        <source>Last good</source>
        <translation>Zuletzt gut</translation>
    </message>
    <message>
        <source>Last failed</source>
        <translation>Zul. Fehler</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehlermeldung</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DesktopNotifications</name>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Restart…</source>
        <translation>Neu starten…</translation>
    </message>
    <message>
        <source>Mute for an hour</source>
        <translation>Eine Stunde stumm</translation>
    </message>
    <message>
        <source>Hephaestus</source>
        <translation>Hephaestus</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DesktopPresence</name>
    <message>
        <source>Alerts</source>
        <translation>Alarme</translation>
    </message>
    <message>
        <source>&amp;Show the window</source>
        <translation>Fenster &amp;zeigen</translation>
    </message>
    <message>
        <source>&amp;Mute notifications for an hour</source>
        <translation>&amp;Meldungen eine Stunde stumm</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n veraltet</numerusform>
            <numerusform>%n veraltet</numerusform>
        </translation>
    </message>
    <message>
        <source>Hephaestus</source>
        <translation>Hephaestus</translation>
    </message>
    <message>
        <source>Hephaestus: %1</source>
        <translation>Hephaestus: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::DetailHeader</name>
    <message>
        <source>version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>pid %1</source>
        <translation>PID %1</translation>
    </message>
    <message>
        <source>speaks %1</source>
        <translation>spricht %1</translation>
    </message>
    <message>
        <source>up %1</source>
        <translation>läuft seit %1</translation>
    </message>
    <message>
        <source>last seen %1</source>
        <translation>zuletzt gesehen %1</translation>
    </message>
    <message numerus="yes">
        <source>%1 in flight</source>
        <translation>
            <numerusform>%1 Anfrage</numerusform>
            <numerusform>%1 Anfragen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 connection(s)</source>
        <translation>
            <numerusform>%1 Verbindung</numerusform>
            <numerusform>%1 Verbindungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 task(s)</source>
        <translation>
            <numerusform>%1 Aufgabe</numerusform>
            <numerusform>%1 Aufgaben</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 open file(s)</source>
        <translation>
            <numerusform>%1 offene Datei</numerusform>
            <numerusform>%1 offene Dateien</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 thread(s)</source>
        <translation>
            <numerusform>%1 Thread</numerusform>
            <numerusform>%1 Threads</numerusform>
        </translation>
    </message>
    <message>
        <source>All below is what it last said, %1.</source>
        <translation>Alles Folgende hat er zuletzt gesagt: %1.</translation>
    </message>
    <message>
        <source>%1, beside %2</source>
        <translation>%1, neben %2</translation>
    </message>
    <message numerus="yes">
        <source>%1, beside %n other(s)</source>
        <translation>
            <numerusform>%1, neben %n anderen</numerusform>
            <numerusform>%1, neben %n anderen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::DetailPane</name>
    <message>
        <source>Select a service to see more of it.</source>
        <translation>Einen Dienst auswählen, um mehr von ihm zu sehen.</translation>
    </message>
    <message>
        <source>Dependencies</source>
        <translation>Abhängigkeiten</translation>
    </message>
    <message>
        <source>Graphs</source>
        <translation>Graphen</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Deaths</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Rohdaten</translation>
    </message>
    <message>
        <source>&amp;Restart 999…</source>
        <translation>999 &amp;neu starten…</translation>
    </message>
    <message>
        <source>If you stop waiting: %1.</source>
        <translation>Ohne weiteres Warten: %1.</translation>
    </message>
    <message>
        <source>Stop wa&amp;iting</source>
        <translation>Nicht länger &amp;warten</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Alarme</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are selected. A right click shows what can be done to them. Select one alone to see more of it.</source>
        <translation>
            <numerusform>%n Dienst ist ausgewählt. Ein Rechtsklick zeigt, was mit ihm gemacht werden kann. Einen allein auswählen, um mehr von ihm zu sehen.</numerusform>
            <numerusform>%n Dienste sind ausgewählt. Ein Rechtsklick zeigt, was mit ihnen gemacht werden kann. Einen allein auswählen, um mehr von ihm zu sehen.</numerusform>
        </translation>
    </message>
    <message>
        <source>It tells of no dependencies.</source>
        <translation>Er nennt keine Abhängigkeiten.</translation>
    </message>
    <message>
        <source>Its dependencies are not known: no answer of it was understood since it is watched here.</source>
        <translation>Seine Abhängigkeiten sind nicht bekannt: seit er hier beobachtet wird, wurde keine Antwort von ihm verstanden.</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>Hephaestus::EventJournal</name>
    <message>
        <source>%1 (twice in %2)</source>
        <translation>%1 (zweimal in %2)</translation>
    </message>
    <message numerus="yes">
        <source>%1 (%n time(s) in %2)</source>
        <translation>
            <numerusform>%1 (%n-mal in %2)</numerusform>
            <numerusform>%1 (%n-mal in %2)</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, by %2</source>
        <translation>%1, durch %2</translation>
    </message>
    <message>
        <source>%1 local
%2</source>
        <translation>%1 Ortszeit
%2</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>durch %1</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Dienst</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 und %n weiterer</numerusform>
            <numerusform>%1 und %n weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 (%2; %n time(s) in %3)</source>
        <translation>
            <numerusform>%1 (%2; %n-mal in %3)</numerusform>
            <numerusform>%1 (%2; %n-mal in %3)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::EventList</name>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FilterBar</name>
    <message>
        <source>Filter: state:error !stale</source>
        <translation>Filter: state:error !stale</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Select the filter</source>
        <translation>Den Filter auswählen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FilterCompleter</name>
    <message>
        <source>What the word can become</source>
        <translation>Was aus dem Wort werden kann</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FindServicesDialog</name>
    <message>
        <source>Services on this machine</source>
        <translation>Dienste auf diesem Rechner</translation>
    </message>
    <message>
        <source>Listening ports</source>
        <translation>Lauschende Ports</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Hinzufügen</translation>
    </message>
    <message>
        <source>Search a&amp;gain</source>
        <translation>&amp;Erneut suchen</translation>
    </message>
    <message>
        <source>Asking what listens here (%1)…</source>
        <translation>Was hier lauscht (%1), wird gefragt…</translation>
    </message>
    <message>
        <source>Nothing listens on this machine that is not watched already.</source>
        <translation>Auf diesem Rechner lauscht nichts, was nicht schon beobachtet wird.</translation>
    </message>
    <message>
        <source>Nothing that listens here (%1) answers a health request.</source>
        <translation>Nichts, was hier lauscht (%1), beantwortet eine Health-Anfrage.</translation>
    </message>
    <message>
        <source>%1 of %2 ports answer. What is ticked will be watched; nothing is changed there.</source>
        <translation>%1 von %2 Ports antworten. Was angehakt ist, wird beobachtet; dort wird nichts geändert.</translation>
    </message>
    <message>
        <source>&amp;Add %1</source>
        <translation>%1 &amp;hinzufügen</translation>
    </message>
    <message>
        <source>Tick a&amp;ll</source>
        <translation>A&amp;lle anhaken</translation>
    </message>
    <message>
        <source>Tick &amp;none</source>
        <translation>&amp;Keinen anhaken</translation>
    </message>
    <message>
        <source>What other users run is not ticked at first.</source>
        <translation>Was andere Benutzer ausführen, ist zuerst nicht angehakt.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetFileCommands</name>
    <message>
        <source>&amp;Recent fleet files</source>
        <translation>&amp;Zuletzt geöffnete Flottendateien</translation>
    </message>
    <message>
        <source>Read the fleet files ane&amp;w</source>
        <translation>Flottendateien &amp;neu lesen</translation>
    </message>
    <message>
        <source>&amp;Save what was added as a fleet file…</source>
        <translation>Hinzugefügtes als Flottendatei &amp;speichern…</translation>
    </message>
    <message>
        <source>Ctrl+Shift+O</source>
        <translation>Ctrl+Shift+O</translation>
    </message>
    <message>
        <source>Write the services that no fleet file names into one.</source>
        <translation>Die Dienste, die keine Flottendatei nennt, in eine schreiben.</translation>
    </message>
    <message>
        <source>No service was added by hand.</source>
        <translation>Kein Dienst wurde von Hand hinzugefügt.</translation>
    </message>
    <message>
        <source>Watch what was added to them, and take new names and commands.</source>
        <translation>Beobachten, was hinzukam, und neue Namen und Befehle übernehmen.</translation>
    </message>
    <message>
        <source>No fleet file is open.</source>
        <translation>Keine Flottendatei ist geöffnet.</translation>
    </message>
    <message>
        <source>See and try whom the fleet files tell of trouble.</source>
        <translation>Ansehen und ausprobieren, wem die Flottendateien Störungen melden.</translation>
    </message>
    <message>
        <source>No open fleet file has hooks.</source>
        <translation>Keine geöffnete Flottendatei hat Hooks.</translation>
    </message>
    <message>
        <source>cannot be written: %1</source>
        <translation>kann nicht geschrieben werden: %1</translation>
    </message>
    <message>
        <source>Save as a fleet file</source>
        <translation>Als Flottendatei speichern</translation>
    </message>
    <message>
        <source>Fleet files (*.toml)</source>
        <translation>Flottendateien (*.toml)</translation>
    </message>
    <message>
        <source>%1 is written. Tokens are not in it.</source>
        <translation>%1 ist geschrieben. Tokens stehen nicht darin.</translation>
    </message>
    <message>
        <source>Hoo&amp;ks…</source>
        <translation>Hoo&amp;ks…</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetHistory</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>the history is kept again</source>
        <translation>der Verlauf wird wieder geführt</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetModel</name>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>This service does not say where it runs.</source>
        <translation>Dieser Dienst sagt nicht, wo er läuft.</translation>
    </message>
    <message>
        <source>Directory: %1</source>
        <translation>Verzeichnis: %1</translation>
    </message>
    <message>
        <source>Work tree: %1</source>
        <translation>Arbeitsbaum: %1</translation>
    </message>
    <message>
        <source>Branch: %1</source>
        <translation>Branch: %1</translation>
    </message>
    <message>
        <source>Commit: %1</source>
        <translation>Commit: %1</translation>
    </message>
    <message>
        <source>It has not been asked yet.</source>
        <translation>Er wurde noch nicht gefragt.</translation>
    </message>
    <message>
        <source>It was so already when it was first asked here, at %1.</source>
        <translation>Das war schon so, als er hier um %1 zum ersten Mal gefragt wurde.</translation>
    </message>
    <message>
        <source>So since %1.</source>
        <translation>So seit %1.</translation>
    </message>
    <message>
        <source>Watched since %1.</source>
        <translation>Beobachtet seit %1.</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Pid</source>
        <translation>PID</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Directory</source>
        <translation>Verzeichnis</translation>
    </message>
    <message>
        <source>Failed/min</source>
        <translation>Fehler/min</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Neustarts</translation>
    </message>
    <message>
        <source>State since</source>
        <translation>Zustand seit</translation>
    </message>
    <message>
        <source>before %1</source>
        <translation>schon vor %1</translation>
    </message>
    <message>
        <source>Processor time, in percent of one core</source>
        <translation>Prozessorzeit in Prozent eines Kerns</translation>
    </message>
    <message>
        <source>Failed operations of its dependencies in the last minute</source>
        <translation>Fehlgeschlagene Operationen der Abhängigkeiten in der letzten Minute</translation>
    </message>
    <message>
        <source>New processes that were seen</source>
        <translation>Neue Prozesse, die gesehen wurden</translation>
    </message>
    <message>
        <source>fresh</source>
        <translation>aktuell</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>veraltet</translation>
    </message>
    <message>
        <source>last seen %1</source>
        <translation>zuletzt gesehen %1</translation>
    </message>
    <message>
        <source>This service does not say which code it runs.</source>
        <translation>Dieser Dienst sagt nicht, welchen Code er ausführt.</translation>
    </message>
    <message>
        <source>Runs the code on disk.</source>
        <translation>Führt den Code auf der Platte aus.</translation>
    </message>
    <message numerus="yes">
        <source>%1 request(s) in flight</source>
        <translation>
            <numerusform>%1 laufende Anfrage</numerusform>
            <numerusform>%1 laufende Anfragen</numerusform>
        </translation>
    </message>
    <message>
        <source>Requests in flight: not known</source>
        <translation>Laufende Anfragen: nicht bekannt</translation>
    </message>
    <message>
        <source>Started %1 local</source>
        <translation>Gestartet %1 Ortszeit</translation>
    </message>
    <message>
        <source>Last answered %1.</source>
        <translation>Letzte Antwort: %1.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Dienst</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Dependencies</source>
        <translation>Abhängigkeiten</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Laufzeit</translation>
    </message>
    <message>
        <source>Busy</source>
        <translation>Aktiv</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>Zuletzt gesehen</translation>
    </message>
    <message>
        <source>No Alertmanager is asked.</source>
        <translation>Kein Alertmanager wird gefragt.</translation>
    </message>
    <message>
        <source>Alerts</source>
        <translation>Alarme</translation>
    </message>
    <message>
        <source>silenced</source>
        <translation>stummgeschaltet</translation>
    </message>
    <message>
        <source>inhibited</source>
        <translation>unterdrückt</translation>
    </message>
    <message>
        <source>since %1</source>
        <translation>seit %1</translation>
    </message>
    <message>
        <source>%1 silenced</source>
        <translation>%1 stummgeschaltet</translation>
    </message>
    <message>
        <source>%1 more silenced</source>
        <translation>%1 weitere stummgeschaltet</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>Alertmanager has no alert of it.</source>
        <translation>Alertmanager hat zu ihm keinen Alarm.</translation>
    </message>
    <message>
        <source>Breaks the alert rule: %1</source>
        <translation>Verletzt die Alarmregel: %1</translation>
    </message>
    <message>
        <source>As of %1.</source>
        <translation>Stand: %1.</translation>
    </message>
    <message>
        <source>not seen here</source>
        <translation>hier nicht gesehen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetRows</name>
    <message>
        <source>Without a group</source>
        <translation>Ohne Gruppe</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n veraltet</numerusform>
            <numerusform>%n veraltet</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, folded: %2</source>
        <translation>%1, zugeklappt: %2</translation>
    </message>
    <message>
        <source>%1, open: %2</source>
        <translation>%1, aufgeklappt: %2</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetSession</name>
    <message>
        <source>%1, branch %2</source>
        <translation>%1, Branch %2</translation>
    </message>
    <message>
        <source>Prometheus</source>
        <translation>Prometheus</translation>
    </message>
    <message>
        <source>Its answer may be incomplete: %1</source>
        <translation>Seine Antwort ist vielleicht unvollständig: %1</translation>
    </message>
    <message>
        <source>%1 and %2 are two names for one address, %3: it is watched once</source>
        <translation>%1 und %2 sind zwei Namen für eine Adresse, %3: sie wird einmal beobachtet</translation>
    </message>
    <message>
        <source>%1; its services are not known</source>
        <translation>%1; seine Dienste sind nicht bekannt</translation>
    </message>
    <message>
        <source>runs old code, and is not restarted by itself: you have not run it from %1 yet. Restart it, or run hephaestus trust %1</source>
        <translation>führt alten Code aus und wird nicht von selbst neu gestartet: aus %1 wurde er hier noch nie gestartet. Neu starten, oder hephaestus trust %1 ausführen</translation>
    </message>
    <message>
        <source>runs old code and is idle: restarted by itself, as its fleet entry says</source>
        <translation>führt alten Code aus und hat nichts zu tun: von selbst neu gestartet, wie sein Eintrag in der Flottendatei es will</translation>
    </message>
    <message>
        <source>tells: %1</source>
        <translation>meldet: %1</translation>
    </message>
    <message>
        <source>Hooks</source>
        <translation>Hooks</translation>
    </message>
    <message>
        <source>Hook %1</source>
        <translation>Hook %1</translation>
    </message>
    <message>
        <source>connected again</source>
        <translation>wieder verbunden</translation>
    </message>
    <message>
        <source>somebody else</source>
        <translation>jemand anderem</translation>
    </message>
    <message>
        <source>the shutdown by %1 failed: %2</source>
        <translation>Herunterfahren durch %1 fehlgeschlagen: %2</translation>
    </message>
    <message>
        <source>the restart by %1 failed: %2</source>
        <translation>Neustart durch %1 fehlgeschlagen: %2</translation>
    </message>
    <message>
        <source>%1 is this service from now on</source>
        <translation>%1 ist ab jetzt dieser Dienst</translation>
    </message>
    <message>
        <source>has changed on disk: Ctrl+Shift+O reads it anew</source>
        <translation>hat sich auf der Platte geändert: Strg+Umschalt+O liest sie neu</translation>
    </message>
    <message>
        <source>names no service</source>
        <translation>nennt keinen Dienst</translation>
    </message>
    <message>
        <source>is not watched any more: %1 does not name it</source>
        <translation>wird nicht mehr beobachtet: %1 nennt ihn nicht</translation>
    </message>
    <message>
        <source>the shutdown by %1: %2</source>
        <translation>Herunterfahren durch %1: %2</translation>
    </message>
    <message>
        <source>the restart by %1: %2</source>
        <translation>Neustart durch %1: %2</translation>
    </message>
    <message>
        <source>a restart was not brought to its end: %1</source>
        <translation>Neustart nicht zu Ende geführt: %1</translation>
    </message>
    <message>
        <source>a start was not brought to its end: %1</source>
        <translation>Start nicht zu Ende geführt: %1</translation>
    </message>
    <message>
        <source>a shutdown was not brought to its end: %1</source>
        <translation>Herunterfahren nicht zu Ende geführt: %1</translation>
    </message>
    <message>
        <source>%1 is down</source>
        <translation>%1 ist ausgefallen</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are down</source>
        <translation>
            <numerusform>%n Dienst ist ausgefallen</numerusform>
            <numerusform>%n Dienste sind ausgefallen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 runs old code</source>
        <translation>%1 führt alten Code aus</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) run old code</source>
        <translation>
            <numerusform>%n Dienst führt alten Code aus</numerusform>
            <numerusform>%n Dienste führen alten Code aus</numerusform>
        </translation>
    </message>
    <message>
        <source>a start or restart of %1 failed</source>
        <translation>ein Start oder Neustart von %1 ist gescheitert</translation>
    </message>
    <message numerus="yes">
        <source>starts or restarts of %n service(s) failed</source>
        <translation>
            <numerusform>Starts oder Neustarts von %n Dienst sind gescheitert</numerusform>
            <numerusform>Starts oder Neustarts von %n Diensten sind gescheitert</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetView</name>
    <message>
        <source>Sort anew</source>
        <translation>Neu sortieren</translation>
    </message>
    <message>
        <source>The order has changed. It holds while the pointer is over the table.</source>
        <translation>Die Reihenfolge hat sich geändert. Sie bleibt, solange der Mauszeiger über der Tabelle ist.</translation>
    </message>
    <message>
        <source>Services</source>
        <translation>Dienste</translation>
    </message>
    <message>
        <source>As at &amp;first</source>
        <translation>Wie am &amp;Anfang</translation>
    </message>
    <message>
        <source>No service matches the filter. Escape clears it.</source>
        <translation>Kein Dienst passt zum Filter. Escape hebt ihn auf.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetWideCommands</name>
    <message>
        <source>Start all that do not run</source>
        <translation>Alle starten, die nicht laufen</translation>
    </message>
    <message>
        <source>Shut down all…</source>
        <translation>Alle herunterfahren…</translation>
    </message>
    <message>
        <source>There is no service.</source>
        <translation>Es gibt keinen Dienst.</translation>
    </message>
    <message>
        <source>Start all of the group</source>
        <translation>Alle der Gruppe starten</translation>
    </message>
    <message>
        <source>Start all of %1</source>
        <translation>Alle von %1 starten</translation>
    </message>
    <message>
        <source>Shut down all of the group…</source>
        <translation>Alle der Gruppe herunterfahren…</translation>
    </message>
    <message>
        <source>Shut down all of %1…</source>
        <translation>Alle von %1 herunterfahren…</translation>
    </message>
    <message>
        <source>The selected service is in no group.</source>
        <translation>Der ausgewählte Dienst ist in keiner Gruppe.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::GraphPage</name>
    <message>
        <source>What is shown</source>
        <translation>Was gezeigt wird</translation>
    </message>
    <message>
        <source>Time span</source>
        <translation>Zeitspanne</translation>
    </message>
    <message>
        <source>last %1</source>
        <translation>letzte %1</translation>
    </message>
    <message>
        <source>Show the same graph of other services beneath this one.</source>
        <translation>Denselben Graphen anderer Dienste unter diesem zeigen.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Values as &amp;CSV…</source>
        <translation>Werte als &amp;CSV…</translation>
    </message>
    <message>
        <source>Picture as &amp;PNG…</source>
        <translation>Bild als &amp;PNG…</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Go on with what happens now.</source>
        <translation>Weiter mit dem, was jetzt geschieht.</translation>
    </message>
    <message>
        <source>All dependencies</source>
        <translation>Alle Abhängigkeiten</translation>
    </message>
    <message>
        <source>Compare (%1)</source>
        <translation>Vergleichen (%1)</translation>
    </message>
    <message>
        <source>paused at %1</source>
        <translation>angehalten um %1</translation>
    </message>
    <message>
        <source>graph</source>
        <translation>Graph</translation>
    </message>
    <message>
        <source>The file cannot be written: %1</source>
        <translation>Die Datei kann nicht geschrieben werden: %1</translation>
    </message>
    <message>
        <source>Save the values</source>
        <translation>Werte speichern</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Keep this graph in view, beside those of other services.</source>
        <translation>Diesen Graphen neben denen anderer Dienste im Blick behalten.</translation>
    </message>
    <message>
        <source>It cannot be read: %1</source>
        <translation>Es lässt sich nicht lesen: %1</translation>
    </message>
    <message>
        <source>No history is kept.</source>
        <translation>Es wird kein Verlauf gespeichert.</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>Vergleichen…</translation>
    </message>
</context>
<context>
    <name>Hephaestus::HooksDialog</name>
    <message>
        <source>Hooks</source>
        <translation>Hooks</translation>
    </message>
    <message>
        <source>%1, on %2: %3</source>
        <translation>%1, bei %2: %3</translation>
    </message>
    <message>
        <source>It is not run yet: nobody has agreed to it. A test is an agreement.</source>
        <translation>Er wird noch nicht ausgeführt: niemand hat zugestimmt. Ein Test ist eine Zustimmung.</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>Test the hook %1</source>
        <translation>Den Hook %1 testen</translation>
    </message>
    <message>
        <source>on its way</source>
        <translation>unterwegs</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>gesendet</translation>
    </message>
</context>
<context>
    <name>Hephaestus::KillCommand</name>
    <message>
        <source>&amp;Kill now…</source>
        <translation>So&amp;fort beenden…</translation>
    </message>
    <message>
        <source>End its process at once, by SIGKILL.</source>
        <translation>Seinen Prozess sofort beenden, durch SIGKILL.</translation>
    </message>
    <message>
        <source>Its process has ended.</source>
        <translation>Sein Prozess hat geendet.</translation>
    </message>
    <message>
        <source>Kill pid %1, %2 on %3, now? What it has not finished is lost, and its clean-up does not end.</source>
        <translation>PID %1, %2 auf %3, sofort beenden? Was nicht fertig ist, geht verloren, und das Aufräumen wird nicht zu Ende geführt.</translation>
    </message>
    <message>
        <source>&amp;Kill</source>
        <translation>So&amp;fort beenden</translation>
    </message>
    <message>
        <source>Kill now</source>
        <translation>Sofort beenden</translation>
    </message>
    <message>
        <source>Its process has ended, or is not yours.</source>
        <translation>Sein Prozess hat geendet oder gehört einem anderen Benutzer.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::LineGraph</name>
    <message>
        <source>% of a core</source>
        <translation>% eines Kerns</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Requests in flight</source>
        <translation>Laufende Anfragen</translation>
    </message>
    <message>
        <source>Open connections</source>
        <translation>Offene Verbindungen</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>Open files</source>
        <translation>Offene Dateien</translation>
    </message>
    <message>
        <source>latency now %1</source>
        <translation>Latenz jetzt %1</translation>
    </message>
    <message>
        <source>latency then %1</source>
        <translation>Latenz da %1</translation>
    </message>
    <message>
        <source>memory now %1</source>
        <translation>Speicher jetzt %1</translation>
    </message>
    <message>
        <source>memory then %1</source>
        <translation>Speicher da %1</translation>
    </message>
    <message>
        <source>CPU now %1</source>
        <translation>CPU jetzt %1</translation>
    </message>
    <message>
        <source>CPU then %1</source>
        <translation>CPU da %1</translation>
    </message>
    <message>
        <source>requests in flight now %1</source>
        <translation>laufende Anfragen jetzt %1</translation>
    </message>
    <message>
        <source>requests in flight then %1</source>
        <translation>laufende Anfragen da %1</translation>
    </message>
    <message>
        <source>open connections now %1</source>
        <translation>offene Verbindungen jetzt %1</translation>
    </message>
    <message>
        <source>open connections then %1</source>
        <translation>offene Verbindungen da %1</translation>
    </message>
    <message>
        <source>threads now %1</source>
        <translation>Threads jetzt %1</translation>
    </message>
    <message>
        <source>threads then %1</source>
        <translation>Threads da %1</translation>
    </message>
    <message>
        <source>open files now %1</source>
        <translation>offene Dateien jetzt %1</translation>
    </message>
    <message>
        <source>open files then %1</source>
        <translation>offene Dateien da %1</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>slowest %1</source>
        <translation>langsamste %1</translation>
    </message>
    <message>
        <source>No data for this time, or the service does not report it.</source>
        <translation>Keine Daten für diese Zeit, oder der Dienst meldet es nicht.</translation>
    </message>
    <message>
        <source>Graph of %1</source>
        <translation>Graph von %1</translation>
    </message>
    <message>
        <source>No data.</source>
        <translation>Keine Daten.</translation>
    </message>
    <message>
        <source>no data</source>
        <translation>keine Daten</translation>
    </message>
    <message>
        <source>not reported</source>
        <translation>nicht gemeldet</translation>
    </message>
    <message>
        <source>slowest of %1: %2</source>
        <translation>langsamste von %1: %2</translation>
    </message>
    <message>
        <source>Error rate</source>
        <translation>Fehlerrate</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Neustarts</translation>
    </message>
    <message>
        <source>error rate now %1</source>
        <translation>Fehlerrate jetzt %1</translation>
    </message>
    <message>
        <source>error rate then %1</source>
        <translation>Fehlerrate damals %1</translation>
    </message>
    <message>
        <source>restarts now %1</source>
        <translation>Neustarts jetzt %1</translation>
    </message>
    <message>
        <source>restarts then %1</source>
        <translation>Neustarts damals %1</translation>
    </message>
    <message>
        <source>No operation of a dependency is known of this time.</source>
        <translation>Aus dieser Zeit ist keine Operation einer Abhängigkeit bekannt.</translation>
    </message>
    <message>
        <source>no operations</source>
        <translation>keine Operationen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ListenerModel</name>
    <message>
        <source>is being asked…</source>
        <translation>wird gefragt…</translation>
    </message>
    <message>
        <source>says nothing of its health</source>
        <translation>sagt nichts über seinen Zustand</translation>
    </message>
    <message>
        <source>a process of another user</source>
        <translation>ein Prozess eines anderen Benutzers</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>Speaks</source>
        <translation>Spricht</translation>
    </message>
    <message>
        <source>Pid</source>
        <translation>PID</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Started in</source>
        <translation>Gestartet in</translation>
    </message>
</context>
<context>
    <name>Hephaestus::LogFollower</name>
    <message>
        <source>What the service tells at /health/logs.</source>
        <translation>Was der Dienst unter /health/logs mitteilt.</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) are no longer kept</source>
        <translation>
            <numerusform>%n Zeile ist nicht mehr vorhanden</numerusform>
            <numerusform>%n Zeilen sind nicht mehr vorhanden</numerusform>
        </translation>
    </message>
    <message>
        <source>the log begins anew</source>
        <translation>das Log beginnt von vorn</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation>%1 kann nicht gelesen werden: %2</translation>
    </message>
    <message>
        <source>%1 of the file were skipped</source>
        <translation>%1 der Datei wurden übersprungen</translation>
    </message>
    <message>
        <source>It has ended (pid %1). What is kept here of its output: %2</source>
        <translation>Er ist zu Ende (PID %1). Was hier von seiner Ausgabe aufgehoben ist: %2</translation>
    </message>
    <message>
        <source>It does not answer. What is kept here of its output: %1</source>
        <translation>Er antwortet nicht. Was hier von seiner Ausgabe aufgehoben ist: %1</translation>
    </message>
    <message>
        <source>Its output, as it is kept here: %1</source>
        <translation>Seine Ausgabe, wie sie hier aufgehoben wird: %1</translation>
    </message>
    <message>
        <source>This service does not offer its log (%1), and none is kept here: there is no %2.</source>
        <translation>Dieser Dienst bietet sein Log nicht an (%1), und hier ist keines aufgehoben: %2 gibt es nicht.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::LogText</name>
    <message>
        <source>The log</source>
        <translation>Das Log</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>%1 found</source>
        <translation>%1 gefunden</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>There is no line yet.</source>
        <translation>Es gibt noch keine Zeile.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::LogsPage</name>
    <message>
        <source>Next match</source>
        <translation>Nächster Treffer</translation>
    </message>
    <message>
        <source>Next match (F3)</source>
        <translation>Nächster Treffer (F3)</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Voriger Treffer</translation>
    </message>
    <message>
        <source>Previous match (Shift+F3)</source>
        <translation>Voriger Treffer (Umschalt+F3)</translation>
    </message>
    <message>
        <source>F&amp;ollow</source>
        <translation>F&amp;olgen</translation>
    </message>
    <message>
        <source>Search in the log</source>
        <translation>Im Log suchen</translation>
    </message>
    <message>
        <source>Keep the newest lines in view.</source>
        <translation>Die neuesten Zeilen im Blick behalten.</translation>
    </message>
    <message>
        <source>Only lines that &amp;match</source>
        <translation>Nur Zeilen mit &amp;Treffer</translation>
    </message>
    <message>
        <source>Hide the lines without what is searched for.</source>
        <translation>Die Zeilen ohne das Gesuchte ausblenden.</translation>
    </message>
    <message>
        <source>&amp;Wrap long lines</source>
        <translation>Lange Zeilen &amp;umbrechen</translation>
    </message>
    <message>
        <source>&amp;Previous instance</source>
        <translation>&amp;Vorige Instanz</translation>
    </message>
    <message>
        <source>What the process before the present one wrote.</source>
        <translation>Was der Prozess vor dem jetzigen geschrieben hat.</translation>
    </message>
    <message>
        <source>Open the &amp;file</source>
        <translation>&amp;Datei öffnen</translation>
    </message>
    <message>
        <source>Its output is in no file of this machine.</source>
        <translation>Seine Ausgabe steht in keiner Datei dieses Rechners.</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>An&amp;zeige</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s), in the order of time.</source>
        <translation>
            <numerusform>%n Dienst, nach Zeit geordnet.</numerusform>
            <numerusform>%n Dienste, nach Zeit geordnet.</numerusform>
        </translation>
    </message>
    <message>
        <source>The previous instance is looked for…</source>
        <translation>Die vorige Instanz wird gesucht…</translation>
    </message>
    <message>
        <source>No instance before the present one is known: its lines are no longer kept.</source>
        <translation>Vor der jetzigen ist keine Instanz bekannt: ihre Zeilen sind nicht mehr vorhanden.</translation>
    </message>
    <message>
        <source>%1: what the process before the present one wrote.</source>
        <translation>%1: was der Prozess vor dem jetzigen geschrieben hat.</translation>
    </message>
    <message>
        <source>No program for %1 could be started.</source>
        <translation>Für %1 konnte kein Programm gestartet werden.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::MainWindow</name>
    <message>
        <source>Hephaestus</source>
        <translation>Hephaestus</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>favourites, views, services and preferences are lost at the end: %1 cannot be written</source>
        <translation>Favoriten, Sichten, Dienste und Einstellungen gehen am Ende verloren: %1 kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>&amp;Add a service…</source>
        <translation>&amp;Dienst hinzufügen…</translation>
    </message>
    <message>
        <source>Ctrl+N</source>
        <translation>Ctrl+N</translation>
    </message>
    <message>
        <source>Watch a service by its address.</source>
        <translation>Einen Dienst unter seiner Adresse beobachten.</translation>
    </message>
    <message>
        <source>Add a &amp;host…</source>
        <translation>&amp;Host hinzufügen…</translation>
    </message>
    <message>
        <source>Watch the services of another machine through ssh.</source>
        <translation>Die Dienste eines anderen Rechners über ssh beobachten.</translation>
    </message>
    <message>
        <source>&amp;Open a fleet file…</source>
        <translation>&amp;Flottendatei öffnen…</translation>
    </message>
    <message>
        <source>Watch all services of a fleet.toml, and restart them.</source>
        <translation>Alle Dienste einer fleet.toml beobachten und neu starten.</translation>
    </message>
    <message>
        <source>Find services on this &amp;machine…</source>
        <translation>Dienste auf diesem &amp;Rechner suchen…</translation>
    </message>
    <message>
        <source>Ctrl+Shift+N</source>
        <translation>Ctrl+Shift+N</translation>
    </message>
    <message>
        <source>Find what listens on this machine, and watch what answers.</source>
        <translation>Finden, was auf diesem Rechner lauscht, und beobachten, was antwortet.</translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation>&amp;Befehle…</translation>
    </message>
    <message>
        <source>Ctrl+K</source>
        <translation>Ctrl+K</translation>
    </message>
    <message>
        <source>Find a command or a service by typing.</source>
        <translation>Einen Befehl oder Dienst durch Tippen finden.</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>&amp;Tasten</translation>
    </message>
    <message>
        <source>Ctrl+?</source>
        <translation>Ctrl+?</translation>
    </message>
    <message>
        <source>Every key on one sheet.</source>
        <translation>Alle Tasten auf einem Blatt.</translation>
    </message>
    <message>
        <source>&amp;Manual</source>
        <translation>&amp;Handbuch</translation>
    </message>
    <message>
        <source>Read the manual that is installed here.</source>
        <translation>Das hier installierte Handbuch lesen.</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filter</translation>
    </message>
    <message>
        <source>Show only some of the services.</source>
        <translation>Nur einige der Dienste zeigen.</translation>
    </message>
    <message>
        <source>&amp;Fleet</source>
        <translation>&amp;Flotte</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>E&amp;instellungen…</translation>
    </message>
    <message>
        <source>Ctrl+,</source>
        <translation>Ctrl+,</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Service</source>
        <translation>&amp;Dienst</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Groups</source>
        <translation>&amp;Gruppen</translation>
    </message>
    <message>
        <source>Ctrl+G</source>
        <translation>Ctrl+G</translation>
    </message>
    <message>
        <source>&amp;Events</source>
        <translation>&amp;Ereignisse</translation>
    </message>
    <message>
        <source>Ctrl+E</source>
        <translation>Ctrl+E</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>&amp;Spalten</translation>
    </message>
    <message>
        <source>&amp;Wallboard</source>
        <translation>&amp;Wallboard</translation>
    </message>
    <message>
        <source>Service &amp;map</source>
        <translation>Dienste&amp;karte</translation>
    </message>
    <message>
        <source>Ctrl+M</source>
        <translation>Ctrl+M</translation>
    </message>
    <message>
        <source>The manual is not installed.</source>
        <translation>Das Handbuch ist nicht installiert.</translation>
    </message>
    <message>
        <source>Open a fleet file</source>
        <translation>Flottendatei öffnen</translation>
    </message>
    <message>
        <source>Fleet files and Prometheus file_sd (*.toml *.json)</source>
        <translation>Flottendateien und file_sd von Prometheus (*.toml *.json)</translation>
    </message>
    <message>
        <source>This fleet file cannot be used:</source>
        <translation>Diese Flottendatei ist nicht zu gebrauchen:</translation>
    </message>
    <message>
        <source>not all: the services of %1 are not known</source>
        <translation>nicht alle: die Dienste von %1 sind nicht bekannt</translation>
    </message>
    <message>
        <source>%1 polls a second</source>
        <translation>%1 Abfragen pro Sekunde</translation>
    </message>
    <message>
        <source>slowest %1</source>
        <translation>langsamste %1</translation>
    </message>
    <message numerus="yes">
        <source>%n alert(s) of others</source>
        <translation>
            <numerusform>%n fremder Alarm</numerusform>
            <numerusform>%n fremde Alarme</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Pinned graphs</source>
        <translation>Ange&amp;heftete Graphen</translation>
    </message>
    <message>
        <source>Ctrl+P</source>
        <translation>Ctrl+P</translation>
    </message>
    <message>
        <source>Pinned. Ctrl+P shows all that are.</source>
        <translation>Angeheftet. Ctrl+P zeigt alle.</translation>
    </message>
    <message numerus="yes">
        <source>There is no room: %n graphs are pinned.</source>
        <translation>
            <numerusform>Kein Platz: %n Graph ist angeheftet.</numerusform>
            <numerusform>Kein Platz: %n Graphen sind angeheftet.</numerusform>
        </translation>
    </message>
    <message>
        <source>All s&amp;ervices</source>
        <translation>All&amp;e Dienste</translation>
    </message>
    <message>
        <source>Shut down &amp;otherwise</source>
        <translation>&amp;Anders herunterfahren</translation>
    </message>
    <message>
        <source>O&amp;pen</source>
        <translation>&amp;Öffnen</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>&amp;Alerts</source>
        <translation>A&amp;larme</translation>
    </message>
    <message>
        <source>In this &amp;window</source>
        <translation>In &amp;diesem Fenster</translation>
    </message>
    <message>
        <source>Started in the same way again, the window does not watch what was added. “Save what was added as a fleet file” keeps it.</source>
        <translation>Wieder so gestartet, beobachtet das Fenster nicht, was hinzugefügt wurde. „Hinzugefügtes als Flottendatei speichern“ behält es.</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>&amp;Services</source>
        <translation>&amp;Dienste</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are being restarted, started or shut down. If you quit now, the window closes, and that is brought to its end first, for up to a minute.</source>
        <translation>
            <numerusform>%n Dienst wird neu gestartet, gestartet oder heruntergefahren. Wenn Sie jetzt beenden, schließt sich das Fenster, und das wird vorher zu Ende geführt, höchstens eine Minute lang.</numerusform>
            <numerusform>%n Dienste werden neu gestartet, gestartet oder heruntergefahren. Wenn Sie jetzt beenden, schließt sich das Fenster, und das wird vorher zu Ende geführt, höchstens eine Minute lang.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) wait for their turn: if you quit now, nothing is done to them.</source>
        <translation>
            <numerusform>%n Dienst wartet, bis er an der Reihe ist: Wenn Sie jetzt beenden, geschieht mit ihm nichts.</numerusform>
            <numerusform>%n Dienste warten, bis sie an der Reihe sind: Wenn Sie jetzt beenden, geschieht mit ihnen nichts.</numerusform>
        </translation>
    </message>
    <message>
        <source>What was under way has ended. Quit?</source>
        <translation>Was im Gange war, ist zu Ende. Beenden?</translation>
    </message>
    <message>
        <source>What you add is lost when the program ends: %1 cannot be written.</source>
        <translation>Was hinzugefügt wird, geht am Ende des Programms verloren: %1 kann nicht geschrieben werden.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ManualWindow</name>
    <message>
        <source>Hephaestus: manual</source>
        <translation>Hephaestus: Handbuch</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>Dokumente</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>Dokument</translation>
    </message>
    <message>
        <source>Find (Ctrl+F)</source>
        <translation>Suchen (Strg+F)</translation>
    </message>
    <message>
        <source>%1 is in the sources, and not installed.</source>
        <translation>%1 liegt bei den Quellen und ist nicht installiert.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not in this document.</source>
        <translation>„%1“ kommt in diesem Dokument nicht vor.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::MuteDialog</name>
    <message>
        <source>Mute alerts</source>
        <translation>Alarme stummschalten</translation>
    </message>
    <message>
        <source>Muted until</source>
        <translation>Stummgeschaltet bis</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>&amp;Stummschalten</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Obituaries</name>
    <message>
        <source>pid %1 exited with code %2</source>
        <translation>PID %1 endete mit Code %2</translation>
    </message>
    <message>
        <source>pid %1 was killed by signal %2 (%3)</source>
        <translation>PID %1 wurde durch Signal %2 beendet (%3)</translation>
    </message>
    <message>
        <source>it does not answer any more</source>
        <translation>er antwortet nicht mehr</translation>
    </message>
    <message>
        <source>pid %1 ended</source>
        <translation>PID %1 hat geendet</translation>
    </message>
    <message>
        <source>pid %1 is gone; how it ended nobody told</source>
        <translation>PID %1 ist verschwunden; wie der Prozess endete, hat niemand mitgeteilt</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>died</source>
        <translation>abgestürzt</translation>
    </message>
    <message>
        <source>pid %1 ended as asked</source>
        <translation>PID %1 endete wie verlangt</translation>
    </message>
    <message>
        <source>pid %1 ended as asked, with exit code %2</source>
        <translation>PID %1 endete wie verlangt, mit Exit-Code %2</translation>
    </message>
    <message>
        <source>pid %1 did not end when it was asked to, and was killed</source>
        <translation>PID %1 endete nicht, als es verlangt wurde, und wurde sofort beendet</translation>
    </message>
    <message>
        <source>pid %1 was killed, as asked</source>
        <translation>PID %1 wurde sofort beendet, wie verlangt</translation>
    </message>
    <message>
        <source>killed</source>
        <translation>sofort beendet</translation>
    </message>
    <message>
        <source>pid %1 has ended, as was asked; how nobody told</source>
        <translation>PID %1 ist zu Ende, wie verlangt; wie, hat niemand gesagt</translation>
    </message>
    <message>
        <source>%1, after the program that it ran: %2</source>
        <translation>%1, nach dem Programm, das er ausführte: %2</translation>
    </message>
    <message>
        <source>pid %1 was killed by signal %2 (%3) in its shutdown: its clean-up did not finish</source>
        <translation>PID %1 wurde beim Herunterfahren durch Signal %2 (%3) beendet: das Aufräumen wurde nicht fertig</translation>
    </message>
    <message>
        <source>pid %1 ended as asked, but with exit code %2: its clean-up is not known to be complete</source>
        <translation>PID %1 endete wie verlangt, aber mit Exit-Code %2: ob das Aufräumen vollständig war, ist nicht bekannt</translation>
    </message>
    <message>
        <source>nobody told how</source>
        <translation>wie, sagte niemand</translation>
    </message>
    <message>
        <source>exit code %1</source>
        <translation>Exit-Code %1</translation>
    </message>
    <message>
        <source>signal %1 (%2)</source>
        <translation>Signal %1 (%2)</translation>
    </message>
    <message numerus="yes">
        <source>it ended %n time(s) between two answers; the last time: %1</source>
        <translation>
            <numerusform>es endete %n Mal zwischen zwei Antworten; zuletzt: %1</numerusform>
            <numerusform>es endete %n Mal zwischen zwei Antworten; zuletzt: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>by POST /health/shutdown</source>
        <translation>durch POST /health/shutdown</translation>
    </message>
    <message>
        <source>from its terminal</source>
        <translation>von seinem Terminal aus</translation>
    </message>
    <message>
        <source>by systemd</source>
        <translation>durch systemd</translation>
    </message>
    <message>
        <source>by a signal</source>
        <translation>durch ein Signal</translation>
    </message>
    <message>
        <source>by a signal of %1</source>
        <translation>durch ein Signal von %1</translation>
    </message>
    <message>
        <source>%1, after it was asked to end %2</source>
        <translation>%1, nach einer Aufforderung zum Ende %2</translation>
    </message>
    <message>
        <source>pid %1 ended as asked %2</source>
        <translation>pid %1 endete wie verlangt %2</translation>
    </message>
</context>
<context>
    <name>Hephaestus::OverviewPage</name>
    <message>
        <source>No history is kept.</source>
        <translation>Es wird kein Verlauf gespeichert.</translation>
    </message>
    <message>
        <source>It cannot be read: %1</source>
        <translation>Es lässt sich nicht lesen: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::PinnedGraphs</name>
    <message>
        <source>Nothing is pinned. Pin, on the page Graphs, keeps here what that page shows.</source>
        <translation>Nichts ist angeheftet. „Anheften“ auf der Seite Graphen behält hier, was jene Seite zeigt.</translation>
    </message>
    <message>
        <source>Hephaestus: pinned graphs</source>
        <translation>Hephaestus: angeheftete Graphen</translation>
    </message>
    <message>
        <source>Time span</source>
        <translation>Zeitraum</translation>
    </message>
    <message>
        <source>last %1</source>
        <translation>letzte %1</translation>
    </message>
    <message>
        <source>All dependencies</source>
        <translation>Alle Abhängigkeiten</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 (not watched)</source>
        <translation>%1 (nicht beobachtet)</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Unpin %1</source>
        <translation>%1 lösen</translation>
    </message>
    <message>
        <source>Graph of %1</source>
        <translation>Graph von %1</translation>
    </message>
    <message>
        <source>No history is kept.</source>
        <translation>Es wird kein Verlauf gespeichert.</translation>
    </message>
    <message>
        <source>It is not watched now.</source>
        <translation>Er wird gerade nicht beobachtet.</translation>
    </message>
    <message>
        <source>It cannot be read: %1</source>
        <translation>Es lässt sich nicht lesen: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::PlaceCommands</name>
    <message>
        <source>Select one service.</source>
        <translation>Einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>No folder of it on this machine is known.</source>
        <translation>Auf diesem Rechner ist kein Ordner von ihm bekannt.</translation>
    </message>
    <message>
        <source>On %1, through ssh</source>
        <translation>Auf %1, über ssh</translation>
    </message>
    <message>
        <source>No file manager could be started.</source>
        <translation>Kein Dateimanager konnte gestartet werden.</translation>
    </message>
    <message>
        <source>No terminal was found: name one in the variable TERMINAL.</source>
        <translation>Kein Terminal gefunden: eines in der Variablen TERMINAL nennen.</translation>
    </message>
    <message>
        <source>%1 could not be started.</source>
        <translation>%1 konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>Open its fold&amp;er</source>
        <translation>&amp;Ordner öffnen</translation>
    </message>
    <message>
        <source>Open a ter&amp;minal there</source>
        <translation>&amp;Terminal dort öffnen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Poller</name>
    <message>
        <source>no answer within %1, while others waited to be asked</source>
        <translation>keine Antwort innerhalb von %1, während andere auf ihre Abfrage warteten</translation>
    </message>
</context>
<context>
    <name>Hephaestus::PollingFeed</name>
    <message>
        <source>its process is suspended by a signal: kill -CONT %1 lets it go on</source>
        <translation>sein Prozess ist durch ein Signal angehalten: kill -CONT %1 lässt ihn weiterlaufen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::PreferencesDialog</name>
    <message>
        <source>&amp;Group services under headings</source>
        <translation>Dienste nach &amp;Gruppen ordnen</translation>
    </message>
    <message>
        <source>&amp;Ask before a restart even when nothing is in flight</source>
        <translation>&amp;Vor einem Neustart auch fragen, wenn keine Anfrage läuft</translation>
    </message>
    <message>
        <source>Show an &amp;icon in the tray, in the colour of the worst state</source>
        <translation>&amp;Symbol im Infobereich, in der Farbe des schlimmsten Zustands</translation>
    </message>
    <message>
        <source>&amp;Keep watching from the tray when the window is closed</source>
        <translation>Bei geschlossenem Fenster im Infobereich &amp;weiter beobachten</translation>
    </message>
    <message>
        <source>&amp;Notify of trouble, recovery and old code</source>
        <translation>&amp;Störungen, Erholung und alten Code melden</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>wie das System</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>&amp;Colours:</source>
        <translation>&amp;Farben:</translation>
    </message>
    <message>
        <source>Takes effect at the next start: this one was started with --colors %1.</source>
        <translation>Gilt ab dem nächsten Start: dieser war mit --colors %1.</translation>
    </message>
    <message>
        <source>Lang&amp;uage (from the next start):</source>
        <translation>S&amp;prache (ab dem nächsten Start):</translation>
    </message>
    <message>
        <source>Fleet files opened at the start</source>
        <translation>Flottendateien, die beim Start geöffnet werden</translation>
    </message>
    <message>
        <source>A&amp;dd…</source>
        <translation>&amp;Hinzufügen…</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Fleet files opened at the start, if the command line names none</source>
        <translation>Flottendateien beim Start, wenn die Kommandozeile keine nennt</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>Seconds of trouble before a notification</source>
        <translation>Sekunden der Störung bis zur Meldung</translation>
    </message>
    <message>
        <source>After trouble has &amp;lasted:</source>
        <translation>Nach einer Störung von min&amp;destens:</translation>
    </message>
    <message>
        <source>In the background</source>
        <translation>Im Hintergrund</translation>
    </message>
    <message>
        <source>This desktop has no tray now.</source>
        <translation>Dieser Desktop hat zurzeit keinen Infobereich.</translation>
    </message>
    <message>
        <source>A fleet file</source>
        <translation>Eine Flottendatei</translation>
    </message>
    <message>
        <source>Fleet files (*.toml)</source>
        <translation>Flottendateien (*.toml)</translation>
    </message>
</context>
<context>
    <name>Hephaestus::PrometheusFeed</name>
    <message>
        <source>Prometheus does not scrape it any more</source>
        <translation>Prometheus fragt ihn nicht mehr ab</translation>
    </message>
    <message>
        <source>Prometheus does not answer: %1</source>
        <translation>Prometheus antwortet nicht: %1</translation>
    </message>
    <message>
        <source>Prometheus has not scraped it for %1</source>
        <translation>Prometheus hat ihn seit %1 nicht abgefragt</translation>
    </message>
</context>
<context>
    <name>Hephaestus::RawPage</name>
    <message>
        <source>The raw answer</source>
        <translation>Die unveränderte Antwort</translation>
    </message>
    <message>
        <source>Nothing has been received yet.</source>
        <translation>Noch wurde nichts empfangen.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ReceiptModel</name>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>done</source>
        <translation>erledigt</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeit abgelaufen</translation>
    </message>
    <message>
        <source>built</source>
        <translation>gebaut</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>gefragt</translation>
    </message>
    <message>
        <source>successor accepts</source>
        <translation>Nachfolger nimmt an</translation>
    </message>
    <message>
        <source>drained</source>
        <translation>leergelaufen</translation>
    </message>
    <message>
        <source>cleaned</source>
        <translation>aufgeräumt</translation>
    </message>
    <message>
        <source>process gone</source>
        <translation>Prozess weg</translation>
    </message>
    <message>
        <source>port free</source>
        <translation>Port frei</translation>
    </message>
    <message>
        <source>started</source>
        <translation>gestartet</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>gesund</translation>
    </message>
    <message>
        <source>code compared</source>
        <translation>Code verglichen</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>What was seen</source>
        <translation>Was zu sehen war</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ReceiptPage</name>
    <message>
        <source>Start of %1</source>
        <translation>Start von %1</translation>
    </message>
    <message>
        <source>Shutdown of %1</source>
        <translation>Herunterfahren von %1</translation>
    </message>
    <message>
        <source>Restart of %1</source>
        <translation>Neustart von %1</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Which receipt</source>
        <translation>Welcher Beleg</translation>
    </message>
    <message>
        <source>The last one</source>
        <translation>Der letzte</translation>
    </message>
    <message>
        <source>%1  %2: failed</source>
        <translation>%1  %2: fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 is under way.</source>
        <translation>%1 läuft.</translation>
    </message>
    <message>
        <source>%1 done in %2.</source>
        <translation>%1 in %2 erledigt.</translation>
    </message>
    <message>
        <source>%1 failed after %2.</source>
        <translation>%1 nach %2 fehlgeschlagen.</translation>
    </message>
    <message>
        <source>%1 (pid %2)</source>
        <translation>%1 (PID %2)</translation>
    </message>
    <message>
        <source>Begun: %1</source>
        <translation>Begonnen: %1</translation>
    </message>
    <message>
        <source>Before: %1</source>
        <translation>Vorher: %1</translation>
    </message>
    <message>
        <source>After: %1</source>
        <translation>Nachher: %1</translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <translation>%1 auf %2</translation>
    </message>
    <message>
        <source>No restart, start or stop of it by this user is recorded.</source>
        <translation>Kein Neustart, Start oder Stopp durch diesen Benutzer ist verzeichnet.</translation>
    </message>
    <message>
        <source>%1 was broken off; when is not known.</source>
        <translation>%1 wurde abgebrochen; wann, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>%1 done in %2. To compare its code took %3 more.</source>
        <translation>%1 in %2 erledigt. Der Vergleich des Codes dauerte weitere %3.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::RenameCommand</name>
    <message>
        <source>Re&amp;name…</source>
        <translation>&amp;Umbenennen…</translation>
    </message>
    <message>
        <source>Give it another name in this window.</source>
        <translation>Ihm in diesem Fenster einen anderen Namen geben.</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Name of the service at %1, or nothing for the name it tells:</source>
        <translation>Name des Dienstes unter %1, oder nichts für den Namen, den er selbst nennt:</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Umbenennen</translation>
    </message>
    <message>
        <source>&amp;Group…</source>
        <translation>In Gruppe &amp;legen…</translation>
    </message>
    <message>
        <source>Put it under another heading.</source>
        <translation>Ihn unter eine andere Überschrift stellen.</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>Group of %1, or nothing for none:</source>
        <translation>Gruppe von %1, oder nichts für keine:</translation>
    </message>
    <message>
        <source>&amp;Put there</source>
        <translation>Dorthin &amp;legen</translation>
    </message>
</context>
<context>
    <name>Hephaestus::RuleAlerts</name>
    <message>
        <source>expected latency &gt; 500ms, memory &gt; 2GiB, errors &gt; 5% or stale, then perhaps for 1min and a filter</source>
        <translation>erwartet: latency &gt; 500ms, memory &gt; 2GiB, errors &gt; 5% oder stale, danach vielleicht for 1min und ein Filter</translation>
    </message>
    <message>
        <source>expected a duration: 30s, 10min</source>
        <translation>erwartet: eine Dauer wie 30s, 10min</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: over, %2</source>
        <translation>%1: vorbei, %2</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceActions</name>
    <message>
        <source>building</source>
        <translation>wird gebaut</translation>
    </message>
    <message>
        <source>asking</source>
        <translation>wird gefragt</translation>
    </message>
    <message>
        <source>starting its successor</source>
        <translation>startet den Nachfolger</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>läuft leer</translation>
    </message>
    <message>
        <source>cleaning up</source>
        <translation>räumt auf</translation>
    </message>
    <message>
        <source>process is ending</source>
        <translation>Prozess endet</translation>
    </message>
    <message>
        <source>freeing the port</source>
        <translation>gibt den Port frei</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>becoming ready</source>
        <translation>wird bereit</translation>
    </message>
    <message>
        <source>becoming healthy</source>
        <translation>wird gesund</translation>
    </message>
    <message>
        <source>comparing code</source>
        <translation>vergleicht Code</translation>
    </message>
    <message>
        <source>restart done in %1</source>
        <translation>Neustart in %1 erledigt</translation>
    </message>
    <message>
        <source>start done in %1</source>
        <translation>Start in %1 erledigt</translation>
    </message>
    <message>
        <source>shutdown done in %1</source>
        <translation>Herunterfahren in %1 erledigt</translation>
    </message>
    <message>
        <source>restart failed: %1</source>
        <translation>Neustart fehlgeschlagen: %1</translation>
    </message>
    <message>
        <source>start failed: %1</source>
        <translation>Start fehlgeschlagen: %1</translation>
    </message>
    <message>
        <source>shutdown failed: %1</source>
        <translation>Herunterfahren fehlgeschlagen: %1</translation>
    </message>
    <message>
        <source>Select a service first.</source>
        <translation>Zuerst einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>This dashboard only looks: it was started with --read-only.</source>
        <translation>Dieses Dashboard sieht nur zu: es wurde mit --read-only gestartet.</translation>
    </message>
    <message>
        <source>%1 is busy: %2.</source>
        <translation>%1 ist beschäftigt: %2.</translation>
    </message>
    <message>
        <source>%1 is not touched: its address is held by %2.</source>
        <translation>%1 wird nicht angerührt: seine Adresse hält %2.</translation>
    </message>
    <message>
        <source>%1 does not answer.</source>
        <translation>%1 antwortet nicht.</translation>
    </message>
    <message>
        <source>%1 is shutting down.</source>
        <translation>%1 fährt herunter.</translation>
    </message>
    <message>
        <source>%1 runs already.</source>
        <translation>%1 läuft schon.</translation>
    </message>
    <message>
        <source>%1 is shutting down already.</source>
        <translation>%1 fährt schon herunter.</translation>
    </message>
    <message>
        <source>%1 has no shutdown scheduled.</source>
        <translation>Für %1 ist kein Herunterfahren geplant.</translation>
    </message>
    <message>
        <source>%1 does not offer to check its dependencies.</source>
        <translation>%1 bietet nicht an, seine Abhängigkeiten zu prüfen.</translation>
    </message>
    <message>
        <source>%1 speaks %2: it can be watched, but not asked for this.</source>
        <translation>%1 spricht %2: beobachten geht, dies verlangen nicht.</translation>
    </message>
    <message>
        <source>shutdown asked for</source>
        <translation>Herunterfahren verlangt</translation>
    </message>
    <message>
        <source>shutdown refused: the service does not expose /actuator/shutdown</source>
        <translation>Herunterfahren abgelehnt: der Dienst bietet /actuator/shutdown nicht an</translation>
    </message>
    <message>
        <source>shutdown refused: %1</source>
        <translation>Herunterfahren abgelehnt: %1</translation>
    </message>
    <message>
        <source>%1 does not answer, and nobody said how to start it.</source>
        <translation>%1 antwortet nicht, und niemand hat gesagt, wie man ihn startet.</translation>
    </message>
    <message>
        <source>%1 does not offer to restart itself, and nobody said how to start it. Write its command into a fleet file: restart = { method = &quot;command&quot;, command = […] }.</source>
        <translation>%1 bietet nicht an, sich neu zu starten, und niemand hat gesagt, wie man ihn startet. Seinen Befehl in eine Flottendatei schreiben: restart = { method = &quot;command&quot;, command = […] }.</translation>
    </message>
    <message>
        <source>restart asked for</source>
        <translation>Neustart verlangt</translation>
    </message>
    <message>
        <source>start asked for</source>
        <translation>Start verlangt</translation>
    </message>
    <message>
        <source>restart failed</source>
        <translation>Neustart fehlgeschlagen</translation>
    </message>
    <message>
        <source>start failed</source>
        <translation>Start fehlgeschlagen</translation>
    </message>
    <message>
        <source>it runs already</source>
        <translation>er läuft schon</translation>
    </message>
    <message>
        <source>refused: %1</source>
        <translation>abgelehnt: %1</translation>
    </message>
    <message>
        <source>all dependencies checked</source>
        <translation>alle Abhängigkeiten geprüft</translation>
    </message>
    <message>
        <source>shutdown scheduled in %1</source>
        <translation>Herunterfahren in %1 geplant</translation>
    </message>
    <message>
        <source>shutdown scheduled</source>
        <translation>Herunterfahren geplant</translation>
    </message>
    <message>
        <source>scheduled shutdown cancelled</source>
        <translation>geplantes Herunterfahren abgebrochen</translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Und %n weiterer.</numerusform>
            <numerusform>Und %n weitere.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n is/are left out: %1</source>
        <translation>
            <numerusform>%n wird ausgelassen: %1</numerusform>
            <numerusform>%n werden ausgelassen: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>restart: %1</source>
        <translation>Neustart: %1</translation>
    </message>
    <message>
        <source>start: %1</source>
        <translation>Start: %1</translation>
    </message>
    <message>
        <source>shutdown: %1</source>
        <translation>Herunterfahren: %1</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceAlerts</name>
    <message>
        <source>Alertmanager has not answered yet.</source>
        <translation>Alertmanager hat noch nicht geantwortet.</translation>
    </message>
    <message>
        <source>Not all is known of alerts: %1</source>
        <translation>Nicht alles über Alarme ist bekannt: %1</translation>
    </message>
    <message>
        <source>Alerts are not known: %1</source>
        <translation>Alarme sind nicht bekannt: %1</translation>
    </message>
    <message>
        <source>Alertmanager</source>
        <translation>Alertmanager</translation>
    </message>
    <message>
        <source>answers again: alerts are known</source>
        <translation>antwortet wieder: Alarme sind bekannt</translation>
    </message>
    <message>
        <source>%1 is silenced until %2: %3</source>
        <translation>%1 ist bis %2 stummgeschaltet: %3</translation>
    </message>
    <message>
        <source>silence %1 was ended</source>
        <translation>Stummschaltung %1 wurde beendet</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceChooser</name>
    <message>
        <source>Find a service</source>
        <translation>Dienst suchen</translation>
    </message>
    <message>
        <source>Services</source>
        <translation>Dienste</translation>
    </message>
    <message>
        <source>There is no other service.</source>
        <translation>Es gibt keinen anderen Dienst.</translation>
    </message>
    <message>
        <source>Nothing found for “%1”</source>
        <translation>Nichts gefunden zu „%1“</translation>
    </message>
    <message>
        <source>%1 of %2 at most</source>
        <translation>%1 von höchstens %2</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceCommands</name>
    <message>
        <source>&amp;Restart…</source>
        <translation>&amp;Neu starten…</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Restart %n…</source>
        <translation>
            <numerusform>%n &amp;neu starten…</numerusform>
            <numerusform>%n &amp;neu starten…</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Shut down…</source>
        <translation>&amp;Herunterfahren…</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Shut down %n…</source>
        <translation>
            <numerusform>%n &amp;herunterfahren…</numerusform>
            <numerusform>%n &amp;herunterfahren…</numerusform>
        </translation>
    </message>
    <message>
        <source>Sche&amp;dule a shutdown…</source>
        <translation>Herunterfahren &amp;planen…</translation>
    </message>
    <message numerus="yes">
        <source>Sche&amp;dule the shutdown of %n…</source>
        <translation>
            <numerusform>Herunterfahren von %n &amp;planen…</numerusform>
            <numerusform>Herunterfahren von %n &amp;planen…</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Cancel the scheduled shutdown</source>
        <translation>&amp;Geplantes Herunterfahren abbrechen</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Cancel %n scheduled shutdown(s)</source>
        <translation>
            <numerusform>%n &amp;geplantes Herunterfahren abbrechen</numerusform>
            <numerusform>%n-mal &amp;geplantes Herunterfahren abbrechen</numerusform>
        </translation>
    </message>
    <message>
        <source>S&amp;tart</source>
        <translation>&amp;Starten</translation>
    </message>
    <message numerus="yes">
        <source>S&amp;tart %n</source>
        <translation>
            <numerusform>%n &amp;starten</numerusform>
            <numerusform>%n &amp;starten</numerusform>
        </translation>
    </message>
    <message>
        <source>Ctrl+R</source>
        <translation>Ctrl+R</translation>
    </message>
    <message>
        <source>Ctrl+D</source>
        <translation>Ctrl+D</translation>
    </message>
    <message>
        <source>Ctrl+Shift+D</source>
        <translation>Ctrl+Shift+D</translation>
    </message>
    <message>
        <source>Ctrl+Shift+C</source>
        <translation>Ctrl+Shift+C</translation>
    </message>
    <message>
        <source>Ctrl+Shift+S</source>
        <translation>Ctrl+Shift+S</translation>
    </message>
    <message>
        <source>Ctrl+Alt+R</source>
        <translation>Ctrl+Alt+R</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Zurücknehmen</translation>
    </message>
    <message>
        <source>Ctrl+.</source>
        <translation>Ctrl+.</translation>
    </message>
    <message>
        <source>&amp;Open in the browser</source>
        <translation>Im &amp;Browser öffnen</translation>
    </message>
    <message>
        <source>Ctrl+B</source>
        <translation>Ctrl+B</translation>
    </message>
    <message>
        <source>&amp;Favourite</source>
        <translation>Fa&amp;vorit</translation>
    </message>
    <message>
        <source>Ctrl+Shift+F</source>
        <translation>Ctrl+Shift+F</translation>
    </message>
    <message>
        <source>Copy &amp;address</source>
        <translation>&amp;Adresse kopieren</translation>
    </message>
    <message>
        <source>Remove from this &amp;window</source>
        <translation>Aus diesem Fenster &amp;entfernen</translation>
    </message>
    <message numerus="yes">
        <source>None of the %n selected service(s) can: %1</source>
        <translation>
            <numerusform>Der ausgewählte Dienst kann es nicht: %1</numerusform>
            <numerusform>Keiner der %n ausgewählten Dienste kann es: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>No service runs old code.</source>
        <translation>Kein Dienst führt alten Code aus.</translation>
    </message>
    <message>
        <source>Nothing is running for it.</source>
        <translation>Für ihn läuft nichts.</translation>
    </message>
    <message>
        <source>Nothing has been asked of it yet.</source>
        <translation>Von ihm wurde noch nichts verlangt.</translation>
    </message>
    <message>
        <source>Select one service.</source>
        <translation>Einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>A browser cannot open %1.</source>
        <translation>Ein Browser kann %1 nicht öffnen.</translation>
    </message>
    <message>
        <source>Select a service first.</source>
        <translation>Zuerst einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>An action is running.</source>
        <translation>Eine Aktion läuft.</translation>
    </message>
    <message>
        <source>&amp;Schedule</source>
        <translation>&amp;Planen</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message>
        <source>Taken back: nothing was done.</source>
        <translation>Zurückgenommen: nichts wurde getan.</translation>
    </message>
    <message>
        <source>%1: restart in 3 s. Escape takes it back.</source>
        <translation>%1: Neustart in 3 s. Esc nimmt ihn zurück.</translation>
    </message>
    <message>
        <source>%1: start in 3 s. Escape takes it back.</source>
        <translation>%1: Start in 3 s. Esc nimmt ihn zurück.</translation>
    </message>
    <message>
        <source>C&amp;heck now</source>
        <translation>&amp;Jetzt prüfen</translation>
    </message>
    <message numerus="yes">
        <source>C&amp;heck %n now</source>
        <translation>
            <numerusform>%n &amp;jetzt prüfen</numerusform>
            <numerusform>%n &amp;jetzt prüfen</numerusform>
        </translation>
    </message>
    <message>
        <source>Restart a&amp;ll stale…</source>
        <translation>Alle ve&amp;ralteten neu starten…</translation>
    </message>
    <message>
        <source>Stop wa&amp;iting</source>
        <translation>Nicht länger &amp;warten</translation>
    </message>
    <message>
        <source>Undo, or stop waiting</source>
        <translation>Rückgängig machen, oder nicht länger warten</translation>
    </message>
    <message>
        <source>Send its token…</source>
        <translation>Sein Token senden…</translation>
    </message>
    <message>
        <source>No token of it waits for you to agree.</source>
        <translation>Kein Token von ihm wartet auf Zustimmung.</translation>
    </message>
    <message>
        <source>&amp;Send</source>
        <translation>&amp;Senden</translation>
    </message>
    <message>
        <source>Accept what answers…</source>
        <translation>Übernehmen, was antwortet…</translation>
    </message>
    <message>
        <source>No other service answers at its address.</source>
        <translation>Unter seiner Adresse antwortet kein anderer Dienst.</translation>
    </message>
    <message>
        <source>At %1 answers %2. Is that the service %3 from now on? Then it is watched, restarted and shut down as such.</source>
        <translation>Unter %1 antwortet %2. Ist das ab jetzt der Dienst %3? Dann wird er als dieser beobachtet, neu gestartet und heruntergefahren.</translation>
    </message>
    <message>
        <source>&amp;Accept</source>
        <translation>&amp;Übernehmen</translation>
    </message>
    <message>
        <source>If you stop waiting: %1.</source>
        <translation>Ohne weiteres Warten: %1.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceMapWindow</name>
    <message>
        <source>Hephaestus: service map</source>
        <translation>Hephaestus: Dienstekarte</translation>
    </message>
    <message>
        <source>Services and what they share</source>
        <translation>Dienste und was sie teilen</translation>
    </message>
    <message>
        <source>Databases that are not one</source>
        <translation>Datenbanken, die nicht dieselbe sind</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are left out: what is in trouble comes first, with what it needs.</source>
        <translation>
            <numerusform>%n Dienst fehlt hier: Was gestört ist, kommt zuerst, mit dem, was es braucht.</numerusform>
            <numerusform>%n Dienste fehlen hier: Was gestört ist, kommt zuerst, mit dem, was es braucht.</numerusform>
        </translation>
    </message>
    <message>
        <source>No service here depends on another one, and none share anything. &quot;depends_on&quot; in a fleet file says who needs whom.</source>
        <translation>Kein Dienst hier hängt von einem anderen ab, und keine teilen etwas. „depends_on“ in einer Flottendatei sagt, wer wen braucht.</translation>
    </message>
    <message numerus="yes">
        <source>%n other service(s) neither depend on one nor share anything.</source>
        <translation>
            <numerusform>%n weiterer Dienst hängt von keinem ab und teilt nichts.</numerusform>
            <numerusform>%n weitere Dienste hängen von keinem ab und teilen nichts.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What %n service(s) share is not known: no answer of theirs was understood since they are watched here.</source>
        <translation>
            <numerusform>Was %n Dienst mit anderen teilt, ist nicht bekannt: seit er hier beobachtet wird, wurde keine Antwort von ihm verstanden.</numerusform>
            <numerusform>Was %n Dienste teilen, ist nicht bekannt: seit sie hier beobachtet werden, wurde keine Antwort von ihnen verstanden.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceNames</name>
    <message>
        <source>Select one service.</source>
        <translation>Einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Its name and group are in %1.</source>
        <translation>Sein Name und seine Gruppe stehen in %1.</translation>
    </message>
    <message>
        <source>%1 names it %2; here it keeps the name that you gave it (F2)</source>
        <translation>%1 nennt ihn %2; hier behält er den Namen, der ihm gegeben wurde (F2)</translation>
    </message>
</context>
<context>
    <name>Hephaestus::ShortcutsWindow</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>Überall</translation>
    </message>
    <message>
        <source>In the table</source>
        <translation>In der Tabelle</translation>
    </message>
    <message>
        <source>↑ ↓ or k j</source>
        <translation>↑ ↓ oder k j</translation>
    </message>
    <message>
        <source>Previous, next service</source>
        <translation>Voriger, nächster Dienst</translation>
    </message>
    <message>
        <source>g, Shift+G</source>
        <translation>g, Umschalt+G</translation>
    </message>
    <message>
        <source>First, last service</source>
        <translation>Erster, letzter Dienst</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Mark, to act on several; fold a group</source>
        <translation>Markieren, für mehrere; Gruppe einklappen</translation>
    </message>
    <message>
        <source>Shift+↑ ↓, Ctrl+A</source>
        <translation>Umschalt+↑ ↓, Strg+A</translation>
    </message>
    <message>
        <source>Mark a range, all</source>
        <translation>Einen Bereich, alle markieren</translation>
    </message>
    <message>
        <source>← →</source>
        <translation>← →</translation>
    </message>
    <message>
        <source>Fold, unfold a group</source>
        <translation>Gruppe ein-, ausklappen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Go to the details</source>
        <translation>Zu den Einzelheiten</translation>
    </message>
    <message>
        <source>/</source>
        <translation>/</translation>
    </message>
    <message>
        <source>Filter; Enter returns to the table, Esc clears it</source>
        <translation>Filtern; Eingabe führt zur Tabelle zurück, Esc löscht</translation>
    </message>
</context>
<context>
    <name>Hephaestus::SilenceDialog</name>
    <message>
        <source>Silence alerts</source>
        <translation>Alarme stummschalten</translation>
    </message>
    <message>
        <source>Silenced until</source>
        <translation>Stummgeschaltet bis</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>Urheber</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>why, for those who find it</source>
        <translation>warum, für alle, die es finden</translation>
    </message>
    <message>
        <source>&amp;Until:</source>
        <translation>&amp;Bis:</translation>
    </message>
    <message>
        <source>&amp;Author:</source>
        <translation>&amp;Urheber:</translation>
    </message>
    <message>
        <source>&amp;Comment:</source>
        <translation>&amp;Kommentar:</translation>
    </message>
    <message>
        <source>&amp;Silence</source>
        <translation>&amp;Stummschalten</translation>
    </message>
    <message>
        <source>It would be over already.</source>
        <translation>Sie wäre schon vorbei.</translation>
    </message>
    <message>
        <source>Who silences it?</source>
        <translation>Wer schaltet stumm?</translation>
    </message>
    <message>
        <source>Why is it silenced?</source>
        <translation>Warum wird stummgeschaltet?</translation>
    </message>
</context>
<context>
    <name>Hephaestus::StartPage</name>
    <message>
        <source>No services yet</source>
        <translation>Noch keine Dienste</translation>
    </message>
    <message>
        <source>Add one you know, or a whole fleet.</source>
        <translation>Einen bekannten hinzufügen, oder eine ganze Flotte.</translation>
    </message>
</context>
<context>
    <name>Hephaestus::TimeGraph</name>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen…</translation>
    </message>
</context>
<context>
    <name>Hephaestus::TokenStore</name>
    <message>
        <source>an older token is there, and cannot be removed: %1</source>
        <translation>ein älteres Token ist da und kann nicht entfernt werden: %1</translation>
    </message>
    <message>
        <source>the token cannot be kept: %1</source>
        <translation>das Token kann nicht aufbewahrt werden: %1</translation>
    </message>
    <message>
        <source>its directory cannot be made</source>
        <translation>sein Verzeichnis kann nicht angelegt werden</translation>
    </message>
</context>
<context>
    <name>Hephaestus::TotalsStrip</name>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n veraltet</numerusform>
            <numerusform>%n veraltet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::ViewsButton</name>
    <message>
        <source>Views</source>
        <translation>Sichten</translation>
    </message>
    <message>
        <source>&amp;Save this filter as a view…</source>
        <translation>Diesen Filter als Sicht &amp;speichern…</translation>
    </message>
    <message>
        <source>&amp;Delete this view</source>
        <translation>Diese Sicht &amp;löschen</translation>
    </message>
    <message>
        <source>Type a filter first.</source>
        <translation>Zuerst einen Filter eingeben.</translation>
    </message>
    <message>
        <source>It is saved.</source>
        <translation>Er ist gespeichert.</translation>
    </message>
    <message>
        <source>Choose a view first.</source>
        <translation>Zuerst eine Sicht wählen.</translation>
    </message>
    <message>
        <source>No views yet</source>
        <translation>Noch keine Sichten</translation>
    </message>
    <message>
        <source>Save a view</source>
        <translation>Sicht speichern</translation>
    </message>
    <message>
        <source>Name of the view:</source>
        <translation>Name der Sicht:</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
</context>
<context>
    <name>Hephaestus::Wallboard</name>
    <message>
        <source>Hephaestus: wallboard</source>
        <translation>Hephaestus: Wallboard</translation>
    </message>
    <message>
        <source>stale · %1</source>
        <translation>veraltet · %1</translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n Dienst</numerusform>
            <numerusform>%n Dienste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n veraltet</numerusform>
            <numerusform>%n veraltet</numerusform>
        </translation>
    </message>
    <message>
        <source>alert: %1</source>
        <translation>Alarm: %1</translation>
    </message>
    <message>
        <source>with alerts</source>
        <translation>mit Alarmen</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>veraltet</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n with alerts</source>
        <translation>
            <numerusform>%n mit Alarmen</numerusform>
            <numerusform>%n mit Alarmen</numerusform>
        </translation>
    </message>
    <message>
        <source>alerts not known</source>
        <translation>Alarme nicht bekannt</translation>
    </message>
    <message>
        <source>up %1</source>
        <translation>läuft seit %1</translation>
    </message>
    <message>
        <source>last seen %1</source>
        <translation>zuletzt gesehen %1</translation>
    </message>
</context>
<context>
    <name>HistoryDatabase</name>
    <message>
        <source>the history cannot be kept: Qt&apos;s SQLite driver is missing (install libqt6sql6-sqlite)</source>
        <translation>der Verlauf kann nicht geführt werden: der SQLite-Treiber von Qt fehlt (libqt6sql6-sqlite installieren)</translation>
    </message>
    <message>
        <source>the history cannot be kept: %1</source>
        <translation>der Verlauf kann nicht geführt werden: %1</translation>
    </message>
    <message>
        <source>the history is being made by another dashboard</source>
        <translation>ein anderes Dashboard legt gerade den Verlauf an</translation>
    </message>
    <message>
        <source>Another dashboard keeps the history; this one reads it.</source>
        <translation>Ein anderes Dashboard führt den Verlauf; dieses liest ihn.</translation>
    </message>
    <message>
        <source>the history was written by a newer dashboard (format %1); it is left alone, and nothing is kept</source>
        <translation>der Verlauf wurde von einem neueren Dashboard geschrieben (Format %1); er bleibt unberührt, und es wird nichts festgehalten</translation>
    </message>
    <message>
        <source>the history cannot be opened: %1</source>
        <translation>der Verlauf kann nicht geöffnet werden: %1</translation>
    </message>
    <message>
        <source>The history was damaged (%1). It is kept as %2, and a new one begins.</source>
        <translation>Der Verlauf war beschädigt (%1). Er bleibt als %2 erhalten, und ein neuer beginnt.</translation>
    </message>
    <message>
        <source>the history cannot be written: %1</source>
        <translation>der Verlauf kann nicht geschrieben werden: %1</translation>
    </message>
    <message>
        <source>the history cannot be cleaned up: %1</source>
        <translation>der Verlauf kann nicht aufgeräumt werden: %1</translation>
    </message>
    <message>
        <source>there is no history</source>
        <translation>es gibt keinen Verlauf</translation>
    </message>
    <message>
        <source>the history cannot be read: %1</source>
        <translation>der Verlauf kann nicht gelesen werden: %1</translation>
    </message>
</context>
<context>
    <name>Introduction</name>
    <message>
        <source>%1 and %2</source>
        <translation>%1 und %2</translation>
    </message>
    <message>
        <source>watched</source>
        <translation>beobachten</translation>
    </message>
    <message>
        <source>shut down</source>
        <translation>herunterfahren</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>prüfen</translation>
    </message>
    <message>
        <source>restarted</source>
        <translation>neu starten</translation>
    </message>
    <message>
        <source>It can be %1.</source>
        <translation>Möglich: %1.</translation>
    </message>
    <message>
        <source>It can be watched, and shut down if it exposes /actuator/shutdown.</source>
        <translation>Möglich: beobachten, und herunterfahren, falls er /actuator/shutdown anbietet.</translation>
    </message>
    <message>
        <source>It can be watched.</source>
        <translation>Möglich: beobachten.</translation>
    </message>
    <message>
        <source>It can be watched: nothing is known but that it answers.</source>
        <translation>Möglich: beobachten. Bekannt ist nur, dass er antwortet.</translation>
    </message>
    <message numerus="yes">
        <source>%n dependency(ies)</source>
        <translation>
            <numerusform>%n Abhängigkeit</numerusform>
            <numerusform>%n Abhängigkeiten</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2. %3</source>
        <translation>%1: %2. %3</translation>
    </message>
    <message>
        <source>%1. It can be added all the same.</source>
        <translation>%1. Hinzufügen geht trotzdem.</translation>
    </message>
</context>
<context>
    <name>Keyring</name>
    <message>
        <source>this dashboard was built without QtKeychain</source>
        <translation>dieses Dashboard wurde ohne QtKeychain gebaut</translation>
    </message>
    <message>
        <source>the keyring: %1</source>
        <translation>der Schlüsselbund: %1</translation>
    </message>
</context>
<context>
    <name>ProcessKill</name>
    <message>
        <source>Select one service.</source>
        <translation>Einen Dienst auswählen.</translation>
    </message>
    <message>
        <source>This dashboard only looks: it was started with --read-only.</source>
        <translation>Dieses Dashboard sieht nur zu: es wurde mit --read-only gestartet.</translation>
    </message>
    <message>
        <source>%1 does not shut down. Ask it to first: then its work is finished.</source>
        <translation>%1 fährt nicht herunter. Das zuerst verlangen: dann wird seine Arbeit beendet.</translation>
    </message>
    <message>
        <source>The process of %1 is not known to be one of this machine.</source>
        <translation>Dass der Prozess von %1 auf diesem Rechner läuft, ist nicht bekannt.</translation>
    </message>
</context>
<context>
    <name>ServiceMap</name>
    <message>
        <source>%1 (%2) is not one file: one is open in %3.</source>
        <translation>%1 (%2) ist nicht eine Datei: eine ist offen in %3.</translation>
    </message>
    <message>
        <source>; another in </source>
        <translation>; eine andere in </translation>
    </message>
    <message>
        <source>fails</source>
        <translation>fällt aus</translation>
    </message>
    <message>
        <source>works</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>because of %1</source>
        <translation>wegen %1</translation>
    </message>
    <message>
        <source>needs %1</source>
        <translation>braucht %1</translation>
    </message>
    <message>
        <source>needed by %1</source>
        <translation>gebraucht von %1</translation>
    </message>
    <message numerus="yes">
        <source>fails for %1, works for %n other(s)</source>
        <translation>
            <numerusform>fällt aus für %1, in Ordnung für %n anderen</numerusform>
            <numerusform>fällt aus für %1, in Ordnung für %n andere</numerusform>
        </translation>
    </message>
    <message>
        <source>%1; only its name is known, and it may be more than one</source>
        <translation>%1; nur der Name ist bekannt, und es ist vielleicht mehr als eine</translation>
    </message>
</context>
<context>
    <name>ServiceRow</name>
    <message>
        <source>%1 fails</source>
        <translation>%1 fällt aus</translation>
    </message>
    <message>
        <source>%1 fails: %2</source>
        <translation>%1 fällt aus: %2</translation>
    </message>
    <message>
        <source>%1 works again</source>
        <translation>%1 ist wieder in Ordnung</translation>
    </message>
    <message>
        <source>runs with an old environment: its fleet entry says another one now</source>
        <translation>läuft mit alter Umgebung: sein Eintrag in der Flottendatei nennt jetzt eine andere</translation>
    </message>
    <message>
        <source>runs old code</source>
        <translation>führt alten Code aus</translation>
    </message>
    <message numerus="yes">
        <source>runs old code: %n file(s) changed on disk since it started</source>
        <translation>
            <numerusform>führt alten Code aus: %n Datei auf der Platte hat sich seit dem Start geändert</numerusform>
            <numerusform>führt alten Code aus: %n Dateien auf der Platte haben sich seit dem Start geändert</numerusform>
        </translation>
    </message>
    <message>
        <source>a new process answers (pid %1)</source>
        <translation>ein neuer Prozess antwortet (PID %1)</translation>
    </message>
    <message>
        <source>restarted</source>
        <translation>neu gestartet</translation>
    </message>
    <message>
        <source>answers again</source>
        <translation>antwortet wieder</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>veraltet</translation>
    </message>
    <message>
        <source>shutdown scheduled</source>
        <translation>Herunterfahren geplant</translation>
    </message>
    <message>
        <source>draining</source>
        <translation>läuft leer</translation>
    </message>
    <message>
        <source>cleaning up</source>
        <translation>räumt auf</translation>
    </message>
    <message>
        <source>%1, %2 left</source>
        <translation>%1, noch %2</translation>
    </message>
    <message>
        <source>Held by %1. This entry does not touch it.</source>
        <translation>Gehalten von %1. Dieser Eintrag rührt es nicht an.</translation>
    </message>
    <message>
        <source>By %1.</source>
        <translation>Durch %1.</translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <translation>%1 auf %2</translation>
    </message>
    <message>
        <source>its address is held by %1</source>
        <translation>seine Adresse hält %1</translation>
    </message>
    <message>
        <source>shuts down</source>
        <translation>fährt herunter</translation>
    </message>
    <message>
        <source>no longer shuts down</source>
        <translation>fährt nicht mehr herunter</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>is being restarted by %1</source>
        <translation>wird von %1 neu gestartet</translation>
    </message>
    <message>
        <source>is being shut down by %1</source>
        <translation>wird von %1 heruntergefahren</translation>
    </message>
    <message>
        <source>no connection to %1</source>
        <translation>keine Verbindung zu %1</translation>
    </message>
    <message>
        <source>shutdown in %1</source>
        <translation>fährt in %1 herunter</translation>
    </message>
    <message>
        <source>%1 did not bring it up: %2</source>
        <translation>%1 hat ihn nicht zum Laufen gebracht: %2</translation>
    </message>
    <message>
        <source>It was stopped on purpose, and has not answered since.</source>
        <translation>Er wurde absichtlich gestoppt und hat seither nicht geantwortet.</translation>
    </message>
    <message>
        <source>is being started by %1</source>
        <translation>wird von %1 gestartet</translation>
    </message>
    <message>
        <source>a new instance answers</source>
        <translation>eine neue Instanz antwortet</translation>
    </message>
    <message>
        <source>a new instance answers (pid %1, as before)</source>
        <translation>eine neue Instanz antwortet (PID %1, wie zuvor)</translation>
    </message>
    <message>
        <source>unreachable: address taken</source>
        <translation>unerreichbar: Adresse belegt</translation>
    </message>
    <message>
        <source>Another process answers at its address, not as this service: %1. Stop that, or change the address.</source>
        <translation>Unter seiner Adresse antwortet ein anderer Prozess, nicht wie dieser Dienst: %1. Beenden Sie ihn, oder ändern Sie die Adresse.</translation>
    </message>
    <message>
        <source>%1. The address is held by %2.</source>
        <translation>%1. Die Adresse belegt %2.</translation>
    </message>
    <message>
        <source>A page answers at its address. It says nothing of health, so no more is known.</source>
        <translation>Unter seiner Adresse antwortet eine Seite. Sie sagt nichts über Gesundheit; mehr ist nicht bekannt.</translation>
    </message>
    <message>
        <source>answers</source>
        <translation>antwortet</translation>
    </message>
    <message>
        <source>Another process has its address, and says nothing: %1. Stop that, or change the address.</source>
        <translation>Ein anderer Prozess hat seine Adresse und sagt nichts: %1. Beenden Sie ihn, oder ändern Sie die Adresse.</translation>
    </message>
    <message>
        <source>process ended</source>
        <translation>Prozess beendet</translation>
    </message>
    <message>
        <source>Its process has ended. Whether another one answers is being asked.</source>
        <translation>Sein Prozess ist beendet. Ob ein anderer antwortet, wird gerade gefragt.</translation>
    </message>
    <message>
        <source>unreachable: %1 answers</source>
        <translation>unerreichbar: %1 antwortet</translation>
    </message>
    <message>
        <source>Another service answers at its address: %1. Stop that, change the address, or accept it.</source>
        <translation>Unter seiner Adresse antwortet ein anderer Dienst: %1. Beenden Sie ihn, ändern Sie die Adresse, oder übernehmen Sie ihn.</translation>
    </message>
    <message>
        <source>another service answers at its address: %1</source>
        <translation>unter seiner Adresse antwortet ein anderer Dienst: %1</translation>
    </message>
    <message>
        <source>what it runs is what is on disk again</source>
        <translation>was läuft, ist wieder das, was auf der Platte liegt</translation>
    </message>
    <message>
        <source>its program serves again</source>
        <translation>sein Programm bedient wieder</translation>
    </message>
    <message>
        <source>its shutdown is scheduled</source>
        <translation>sein Herunterfahren ist geplant</translation>
    </message>
    <message>
        <source>will shut down at %1, as scheduled</source>
        <translation>fährt um %1 herunter, wie geplant</translation>
    </message>
    <message>
        <source>its scheduled shutdown is cancelled</source>
        <translation>sein geplantes Herunterfahren ist abgesagt</translation>
    </message>
    <message>
        <source>user %1 instead of %2</source>
        <translation>Benutzer %1 statt %2</translation>
    </message>
    <message>
        <source>started in %1 instead of %2</source>
        <translation>gestartet in %1 statt %2</translation>
    </message>
    <message>
        <source>%1, by the same name: %2</source>
        <translation>%1, unter demselben Namen: %2</translation>
    </message>
    <message>
        <source>shuts down to start anew</source>
        <translation>fährt herunter, um neu zu starten</translation>
    </message>
</context>
<context>
    <name>ServiceState</name>
    <message>
        <source>healthy</source>
        <translation>gesund</translation>
    </message>
    <message>
        <source>foreign</source>
        <translation>fremd</translation>
    </message>
    <message>
        <source>not asked yet</source>
        <translation>noch nicht gefragt</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>restarting</source>
        <translation>startet neu</translation>
    </message>
    <message>
        <source>shutting down</source>
        <translation>fährt herunter</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>not understood</source>
        <translation>nicht verstanden</translation>
    </message>
    <message>
        <source>unauthorized</source>
        <translation>nicht berechtigt</translation>
    </message>
    <message>
        <source>unreachable</source>
        <translation>unerreichbar</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>reachable</source>
        <translation>erreichbar</translation>
    </message>
</context>
<context>
    <name>SharedText</name>
    <message>
        <source>%1 refused the connection: nothing listens there</source>
        <translation>%1 hat die Verbindung abgewiesen: dort lauscht nichts</translation>
    </message>
    <message>
        <source>%1 closed the connection before it had answered</source>
        <translation>%1 hat die Verbindung vor der Antwort geschlossen</translation>
    </message>
    <message>
        <source>%1 closed the connection during the TLS handshake</source>
        <translation>%1 hat die Verbindung beim TLS-Handshake geschlossen</translation>
    </message>
    <message>
        <source>%1 did not answer the connection</source>
        <translation>%1 hat auf den Verbindungsaufbau nicht geantwortet</translation>
    </message>
    <message>
        <source>%1 took the connection, but did not answer within %2</source>
        <translation>%1 hat die Verbindung angenommen, aber innerhalb von %2 nicht geantwortet</translation>
    </message>
    <message>
        <source>%1 did not answer through ssh within %2</source>
        <translation>%1 hat über ssh innerhalb von %2 nicht geantwortet</translation>
    </message>
    <message>
        <source>%1 was busy with another request for %2</source>
        <translation>%1 war %2 lang mit einer anderen Anfrage beschäftigt</translation>
    </message>
    <message>
        <source>the host of %1 has no address</source>
        <translation>der Host von %1 hat keine Adresse</translation>
    </message>
    <message>
        <source>the name of %1 was not resolved within %2: no name server answers</source>
        <translation>der Name von %1 wurde innerhalb von %2 nicht aufgelöst: kein Nameserver antwortet</translation>
    </message>
    <message>
        <source>no connection to %1 within %2</source>
        <translation>keine Verbindung zu %1 innerhalb von %2</translation>
    </message>
    <message>
        <source>no connection to %1: this machine is out of sockets (%2)</source>
        <translation>keine Verbindung zu %1: diesem Rechner sind die Sockets ausgegangen (%2)</translation>
    </message>
    <message>
        <source>no connection to %1: %2</source>
        <translation>keine Verbindung zu %1: %2</translation>
    </message>
    <message>
        <source>no TLS with %1: %2</source>
        <translation>kein TLS mit %1: %2</translation>
    </message>
    <message>
        <source>no way to %1: %2</source>
        <translation>kein Weg zu %1: %2</translation>
    </message>
    <message>
        <source>there is no socket %1</source>
        <translation>es gibt keinen Socket %1</translation>
    </message>
    <message>
        <source>no permission to open the socket %1</source>
        <translation>keine Berechtigung, den Socket %1 zu öffnen</translation>
    </message>
    <message>
        <source>the token is not sent to %1: that is another machine, and the address is not https</source>
        <translation>das Token wird nicht an %1 gesendet: das ist ein anderer Rechner, und die Adresse ist nicht https</translation>
    </message>
    <message>
        <source>the service answered %1</source>
        <translation>der Dienst hat %1 geantwortet</translation>
    </message>
    <message>
        <source>the service redirects (%1), which is not followed: use its final address</source>
        <translation>der Dienst leitet um (%1), und dem wird nicht gefolgt: seine endgültige Adresse verwenden</translation>
    </message>
    <message>
        <source>the answer is not understood: %1</source>
        <translation>die Antwort wird nicht verstanden: %1</translation>
    </message>
    <message>
        <source>the answer is longer than %1 bytes</source>
        <translation>die Antwort ist länger als %1 Bytes</translation>
    </message>
    <message>
        <source>the answer is not HTTP/1.1</source>
        <translation>die Antwort ist kein HTTP/1.1</translation>
    </message>
    <message>
        <source>it says nothing of health</source>
        <translation>er sagt nichts über seinen Zustand</translation>
    </message>
    <message>
        <source>ssh: the connection was lost</source>
        <translation>ssh: die Verbindung ging verloren</translation>
    </message>
    <message>
        <source>the program has ended</source>
        <translation>das Programm hat geendet</translation>
    </message>
    <message>
        <source>the program has ended (%1)</source>
        <translation>das Programm hat geendet (%1)</translation>
    </message>
    <message>
        <source>the program has ended (exit code %1)</source>
        <translation>das Programm hat geendet (Exit-Code %1)</translation>
    </message>
    <message>
        <source>the program is not ready</source>
        <translation>das Programm ist nicht bereit</translation>
    </message>
    <message>
        <source>its program ended (%1) and was started again</source>
        <translation>sein Programm hat geendet (%1) und wurde wieder gestartet</translation>
    </message>
    <message>
        <source>its program ended (exit code %1) and was started again</source>
        <translation>sein Programm hat geendet (Exit-Code %1) und wurde wieder gestartet</translation>
    </message>
    <message>
        <source>it shuts down</source>
        <translation>er fährt herunter</translation>
    </message>
    <message>
        <source>a process of another user</source>
        <translation>einem Prozess eines anderen Benutzers</translation>
    </message>
    <message>
        <source>%1 (pid %2, started in %3)</source>
        <translation>%1 (PID %2, gestartet in %3)</translation>
    </message>
    <message>
        <source>%1 Port %2 is held by %3. Stop it, or change the port.</source>
        <translation>%1 Port %2 wird von %3 gehalten. Diesen Prozess beenden oder den Port ändern.</translation>
    </message>
    <message>
        <source>%1 The socket %2 is held by %3. Stop it, or change the path.</source>
        <translation>%1 Der Socket %2 wird von %3 gehalten. Diesen Prozess beenden oder den Pfad ändern.</translation>
    </message>
    <message>
        <source>%1 is not touched: %2 is held by %3. Stop it there, or change the port of this entry</source>
        <translation>%1 wird nicht angerührt: %2 wird von %3 gehalten. Dort stoppen, oder den Port dieses Eintrags ändern</translation>
    </message>
    <message>
        <source>draining %1</source>
        <translation>läuft leer: %1 offen</translation>
    </message>
    <message>
        <source>draining %1, %2 left</source>
        <translation>läuft leer: %1 offen, noch %2</translation>
    </message>
    <message>
        <source>cleaning up: %1</source>
        <translation>räumt auf: %1</translation>
    </message>
    <message>
        <source>cleaning up: %1, %2 left</source>
        <translation>räumt auf: %1, noch %2</translation>
    </message>
    <message>
        <source>building: %1</source>
        <translation>wird gebaut: %1</translation>
    </message>
    <message>
        <source>waiting for another act on it</source>
        <translation>wartet auf eine andere Aktion an ihm</translation>
    </message>
    <message>
        <source>waiting for pid %1 to end</source>
        <translation>wartet auf das Ende von PID %1</translation>
    </message>
    <message>
        <source>waiting for %1</source>
        <translation>wartet auf %1</translation>
    </message>
    <message>
        <source>waited for %1</source>
        <translation>hat auf %1 gewartet</translation>
    </message>
    <message>
        <source>no answer while it shuts down: what it does is not known</source>
        <translation>keine Antwort während des Herunterfahrens: was er tut, ist nicht bekannt</translation>
    </message>
    <message>
        <source>it answers</source>
        <translation>er antwortet</translation>
    </message>
    <message>
        <source>it was not running</source>
        <translation>er lief nicht</translation>
    </message>
    <message>
        <source>it is running already</source>
        <translation>er läuft schon</translation>
    </message>
    <message>
        <source>it ended without an answer</source>
        <translation>er endete ohne Antwort</translation>
    </message>
    <message>
        <source>something else has started it again already</source>
        <translation>etwas anderes hat ihn schon wieder gestartet</translation>
    </message>
    <message>
        <source>pid %1, output in %2</source>
        <translation>PID %1, Ausgabe in %2</translation>
    </message>
    <message>
        <source>pid %1, launched before</source>
        <translation>PID %1, vorher gestartet</translation>
    </message>
    <message>
        <source>done by its endpoints alone: %1</source>
        <translation>nur über seine Endpunkte erledigt: %1</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>cancelled: %1</source>
        <translation>abgebrochen: %1</translation>
    </message>
    <message>
        <source>it is stopping already, and is started again first</source>
        <translation>er stoppt schon und wird zuerst wieder gestartet</translation>
    </message>
    <message>
        <source>%1 is stopping already, and is started again first</source>
        <translation>%1 stoppt schon und wird zuerst wieder gestartet</translation>
    </message>
    <message>
        <source>pid %1 was started, and was not waited for</source>
        <translation>PID %1 wurde gestartet, und es wurde nicht gewartet</translation>
    </message>
    <message>
        <source>it was started again as pid %1, and was not waited for</source>
        <translation>er wurde als PID %1 wieder gestartet, und es wurde nicht gewartet</translation>
    </message>
    <message>
        <source>%1 goes on with its shutdown</source>
        <translation>%1 fährt weiter herunter</translation>
    </message>
    <message>
        <source>%1 was asked to shut down, and is not started again. To start it: hephaestus start %2</source>
        <translation>von %1 wurde das Herunterfahren verlangt, und er wird nicht wieder gestartet. Zum Starten: hephaestus start %2</translation>
    </message>
    <message>
        <source>%1 was not started</source>
        <translation>%1 wurde nicht gestartet</translation>
    </message>
    <message>
        <source>%1 was asked to restart, and goes on with it</source>
        <translation>von %1 wurde ein Neustart verlangt, und der geht weiter</translation>
    </message>
    <message>
        <source>%1 was asked to start, and goes on with it</source>
        <translation>von %1 wurde ein Start verlangt, und der geht weiter</translation>
    </message>
    <message>
        <source>what has begun on %1 goes on there</source>
        <translation>was auf %1 begonnen hat, geht dort weiter</translation>
    </message>
    <message>
        <source>%1; nothing was done</source>
        <translation>%1; nichts wurde getan</translation>
    </message>
    <message>
        <source>%1. Its last words: %2</source>
        <translation>%1. Die letzten Worte: %2</translation>
    </message>
    <message>
        <source>%1. It wrote nothing.</source>
        <translation>%1. Geschrieben wurde nichts.</translation>
    </message>
    <message>
        <source>it answers, but is not ready</source>
        <translation>er antwortet, ist aber nicht bereit</translation>
    </message>
    <message>
        <source>not ready within %1 of its start: %2</source>
        <translation>nicht bereit innerhalb von %1 nach dem Start: %2</translation>
    </message>
    <message>
        <source>not ready within %1 of its start (pid %2, still running): %3</source>
        <translation>nicht bereit innerhalb von %1 nach dem Start (PID %2 läuft noch): %3</translation>
    </message>
    <message>
        <source>the build has not ended within %1; nothing else was done</source>
        <translation>der Build endete nicht innerhalb von %1; sonst wurde nichts getan</translation>
    </message>
    <message>
        <source>the process (pid %1) still runs after %2</source>
        <translation>der Prozess (PID %1) läuft nach %2 immer noch</translation>
    </message>
    <message>
        <source>%1 is not free %2 after the process ended (%3).</source>
        <translation>%1 ist %2 nach dem Ende des Prozesses nicht frei (%3).</translation>
    </message>
    <message>
        <source>the successor of %1 does not accept after %2 (%3)</source>
        <translation>der Nachfolger von %1 nimmt nach %2 nicht an (%3)</translation>
    </message>
    <message>
        <source>no new instance of %1 within %2 (%3)</source>
        <translation>keine neue Instanz von %1 innerhalb von %2 (%3)</translation>
    </message>
    <message>
        <source>%1 has not done it within %2</source>
        <translation>%1 hat es nicht innerhalb von %2 getan</translation>
    </message>
    <message>
        <source>%1 has not finished its shutdown within %2</source>
        <translation>%1 ist innerhalb von %2 nicht heruntergefahren</translation>
    </message>
    <message>
        <source>%1 has not finished its shutdown within %2 (%3)</source>
        <translation>%1 ist innerhalb von %2 nicht heruntergefahren (%3)</translation>
    </message>
    <message>
        <source>it is stopped, but its clean-up was incomplete: %1</source>
        <translation>er ist gestoppt, aber das Aufräumen war unvollständig: %1</translation>
    </message>
    <message>
        <source>the service says its clean-up was incomplete</source>
        <translation>der Dienst sagt, sein Aufräumen war unvollständig</translation>
    </message>
    <message>
        <source>%1 did not get ready: %2</source>
        <translation>%1 wurde nicht bereit: %2</translation>
    </message>
    <message>
        <source>%1 exited with code %2 after %3</source>
        <translation>%1 endete mit Code %2 nach %3</translation>
    </message>
    <message>
        <source>%1 was killed by signal %2 after %3</source>
        <translation>%1 wurde durch Signal %2 beendet nach %3</translation>
    </message>
    <message>
        <source>%1 cannot be started: %2</source>
        <translation>%1 kann nicht gestartet werden: %2</translation>
    </message>
    <message>
        <source>there is no such program in PATH (%1)</source>
        <translation>dieses Programm gibt es im PATH nicht (%1)</translation>
    </message>
    <message>
        <source>there is no such file, or its interpreter is missing</source>
        <translation>diese Datei gibt es nicht, oder ihr Interpreter fehlt</translation>
    </message>
    <message>
        <source>there is no directory %1 to run it in</source>
        <translation>das Verzeichnis %1, in dem es laufen soll, gibt es nicht</translation>
    </message>
    <message>
        <source>it is not running (%1), and %2</source>
        <translation>er läuft nicht (%1), und %2</translation>
    </message>
    <message>
        <source>%1 has no restart method; write restart = { method = &quot;service&quot; } in its fleet entry if it restarts itself, or restart = { method = &quot;command&quot;, command = [&quot;program&quot;, &quot;argument&quot;] }</source>
        <translation>%1 hat keine Neustart-Methode; in seinen Eintrag restart = { method = &quot;service&quot; } schreiben, wenn er sich selbst neu startet, sonst restart = { method = &quot;command&quot;, command = [&quot;programm&quot;, &quot;argument&quot;] }</translation>
    </message>
    <message>
        <source>%1 has no command to start it; write command = [&quot;program&quot;, &quot;argument&quot;] in the restart = { … } of its fleet entry</source>
        <translation>%1 hat keinen Startbefehl; command = [&quot;programm&quot;, &quot;argument&quot;] in das restart = { … } seines Eintrags schreiben</translation>
    </message>
    <message>
        <source>%1 is kept running by Kubernetes; scale its workload up to start it</source>
        <translation>%1 wird von Kubernetes am Laufen gehalten; zum Starten die Workload hochskalieren</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>not checked yet</source>
        <translation>noch nicht geprüft</translation>
    </message>
    <message>
        <source>not known: Prometheus has no outcome of a check of it</source>
        <translation>nicht bekannt: Prometheus kennt kein Ergebnis einer Prüfung</translation>
    </message>
    <message>
        <source>it wants a token, which is not sent: %1 names it, but nobody has trusted that file; hephaestus trust %2</source>
        <translation>er verlangt ein Token, das nicht gesendet wird: %1 nennt es, aber dieser Datei hat noch niemand vertraut; hephaestus trust %2</translation>
    </message>
    <message>
        <source>it was killed, as asked: its clean-up did not finish</source>
        <translation>er wurde sofort beendet, wie verlangt: sein Aufräumen wurde nicht fertig</translation>
    </message>
    <message>
        <source>it was killed by signal %1: its clean-up did not finish</source>
        <translation>er wurde durch Signal %1 beendet: sein Aufräumen wurde nicht fertig</translation>
    </message>
    <message>
        <source>it exited with code %1 without an answer: whether its clean-up finished is not known</source>
        <translation>er endete mit Code %1 ohne eine Antwort: ob sein Aufräumen fertig wurde, ist nicht bekannt</translation>
    </message>
    <message>
        <source>it ended without an answer: whether its clean-up finished is not known</source>
        <translation>er endete ohne eine Antwort: ob sein Aufräumen fertig wurde, ist nicht bekannt</translation>
    </message>
    <message>
        <source>%1 (last seen: %2)</source>
        <translation>%1 (zuletzt gesehen: %2)</translation>
    </message>
    <message>
        <source>%1 ended instead of starting anew (pid %2, %3)</source>
        <translation>%1 endete, statt neu zu starten (PID %2, %3)</translation>
    </message>
    <message>
        <source>%1. Its log may tell why.</source>
        <translation>%1. Vielleicht sagt sein Log, warum.</translation>
    </message>
    <message>
        <source>how it ended is not known</source>
        <translation>wie er endete, ist nicht bekannt</translation>
    </message>
    <message>
        <source>exited with code %1</source>
        <translation>beendet mit Code %1</translation>
    </message>
    <message>
        <source>was killed by signal %1</source>
        <translation>beendet durch Signal %1</translation>
    </message>
    <message>
        <source>%1 took the request, but goes on as the old instance. Its log may tell why.</source>
        <translation>%1 hat die Bitte angenommen, läuft aber als alte Instanz weiter. Vielleicht sagt sein Log, warum.</translation>
    </message>
    <message>
        <source>%1 (pid %2) was broken off</source>
        <translation>%1 (PID %2) wurde abgebrochen</translation>
    </message>
    <message>
        <source>%1 (pid %2) was broken off when it had come to &quot;%3&quot;</source>
        <translation>%1 (PID %2) wurde bei „%3“ abgebrochen</translation>
    </message>
    <message>
        <source>a notification did not reach %1: %2</source>
        <translation>eine Benachrichtigung hat %1 nicht erreicht: %2</translation>
    </message>
    <message>
        <source>it did not answer within %1</source>
        <translation>keine Antwort innerhalb von %1</translation>
    </message>
    <message>
        <source>it did not answer (%1)</source>
        <translation>keine Antwort (%1)</translation>
    </message>
    <message>
        <source>it answered %1</source>
        <translation>die Antwort war %1</translation>
    </message>
    <message>
        <source>%1 was ended by a signal</source>
        <translation>%1 wurde durch ein Signal beendet</translation>
    </message>
    <message>
        <source>%1 failed with exit code %2</source>
        <translation>%1 scheiterte mit Exit-Code %2</translation>
    </message>
    <message>
        <source>the hook %1 is not run: %2 says so, but nobody has trusted it; hephaestus trust %3</source>
        <translation>der Hook %1 wird nicht ausgeführt: %2 nennt ihn, aber niemand hat ihm vertraut; hephaestus trust %3</translation>
    </message>
    <message>
        <source>another process may tell it again, as it cannot be noted: %1</source>
        <translation>ein anderer Prozess meldet es vielleicht noch einmal, da es sich nicht vermerken lässt: %1</translation>
    </message>
    <message>
        <source>its program was killed by %1</source>
        <translation>sein Programm wurde durch %1 beendet</translation>
    </message>
    <message>
        <source>its program exited with code %1</source>
        <translation>sein Programm endete mit Code %1</translation>
    </message>
    <message>
        <source>changed: %1</source>
        <translation>geändert: %1</translation>
    </message>
    <message>
        <source>changed: %1 and %2 more</source>
        <translation>geändert: %1 und %2 weitere</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>no place to keep what is trusted: neither HOME nor XDG_STATE_HOME is set</source>
        <translation>kein Ort, um zu vermerken, wem vertraut wird: weder HOME noch XDG_STATE_HOME ist gesetzt</translation>
    </message>
    <message>
        <source>%1: cannot be written: %2</source>
        <translation>%1: kann nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>joined the restart that was under way</source>
        <translation>hat sich dem laufenden Neustart angeschlossen</translation>
    </message>
    <message>
        <source>joined the start that was under way</source>
        <translation>hat sich dem laufenden Start angeschlossen</translation>
    </message>
    <message>
        <source>joined the stop that was under way</source>
        <translation>hat sich dem laufenden Stopp angeschlossen</translation>
    </message>
    <message>
        <source>acts of other processes were not seen (%1)</source>
        <translation>was andere Prozesse tun, war nicht zu sehen (%1)</translation>
    </message>
    <message>
        <source>not seen: pid %1 is not on this machine, and what listens at %2 leads to it</source>
        <translation>nicht gesehen: PID %1 ist nicht auf diesem Rechner, und was bei %2 lauscht, führt zu ihm</translation>
    </message>
    <message>
        <source>cancelled; %1</source>
        <translation>abgebrochen; %1</translation>
    </message>
    <message>
        <source>%1 was not asked yet</source>
        <translation>%1 wurde noch nicht gefragt</translation>
    </message>
    <message>
        <source>%1; waiting for it</source>
        <translation>%1; es wird gewartet</translation>
    </message>
    <message>
        <source>the connection to %1 was lost before a step was told</source>
        <translation>die Verbindung zu %1 ging vor dem ersten Schritt verloren</translation>
    </message>
    <message>
        <source>the connection to %1 was lost after the step &quot;%2&quot;</source>
        <translation>die Verbindung zu %1 ging nach dem Schritt „%2“ verloren</translation>
    </message>
    <message>
        <source>it was back after %1</source>
        <translation>nach %1 war sie wieder da</translation>
    </message>
    <message>
        <source>nothing had been done, and it was asked for again</source>
        <translation>nichts war getan worden, und es wurde noch einmal verlangt</translation>
    </message>
    <message>
        <source>something has started it again (instance %1): a supervisor, perhaps</source>
        <translation>etwas hat ihn wieder gestartet (Instanz %1): vielleicht ein Supervisor</translation>
    </message>
    <message>
        <source>the old instance still answers</source>
        <translation>die alte Instanz antwortet noch</translation>
    </message>
    <message>
        <source>%1 says it is done, but there is no new healthy instance at %2 after %3: %4</source>
        <translation>%1 sagt, es sei getan, aber bei %2 ist nach %3 keine neue gesunde Instanz: %4</translation>
    </message>
    <message>
        <source>the restart of %1 was called off: %2 asked for something else</source>
        <translation>der Neustart von %1 wurde abgesagt: %2 hat etwas anderes verlangt</translation>
    </message>
    <message>
        <source>the start of %1 was called off: %2 asked for something else</source>
        <translation>der Start von %1 wurde abgesagt: %2 hat etwas anderes verlangt</translation>
    </message>
    <message>
        <source>the stop of %1 was called off: %2 asked for something else</source>
        <translation>der Stopp von %1 wurde abgesagt: %2 hat etwas anderes verlangt</translation>
    </message>
    <message>
        <source>%1; what was started cannot be ended</source>
        <translation>%1; was gestartet wurde, lässt sich nicht beenden</translation>
    </message>
    <message>
        <source>nothing was done: %1 is instance %2 now, not %3</source>
        <translation>nichts wurde getan: %1 ist jetzt Instanz %2, nicht %3</translation>
    </message>
    <message>
        <source>nothing was done: %1 does not say that it is instance %2</source>
        <translation>nichts wurde getan: %1 sagt nicht, dass er Instanz %2 ist</translation>
    </message>
    <message>
        <source>1 request was cut off</source>
        <translation>1 Anfrage wurde abgebrochen</translation>
    </message>
    <message>
        <source>%1 requests were cut off</source>
        <translation>%1 Anfragen wurden abgebrochen</translation>
    </message>
    <message>
        <source>%1. The address is held by %2.</source>
        <translation>%1. Die Adresse wird von %2 gehalten.</translation>
    </message>
    <message>
        <source>the build (%1) exited with code %2; nothing else was done. Its output is in %3</source>
        <translation>der Build (%1) endete mit Code %2; sonst wurde nichts getan. Seine Ausgabe ist in %3</translation>
    </message>
    <message>
        <source>the build (%1) was killed by signal %2; nothing else was done. Its output is in %3</source>
        <translation>der Build (%1) wurde durch Signal %2 beendet; sonst wurde nichts getan. Seine Ausgabe ist in %3</translation>
    </message>
    <message>
        <source>pid %1, which was launched before, has ended</source>
        <translation>PID %1, vorher gestartet, hat geendet</translation>
    </message>
    <message>
        <source>no place for its output: neither HOME nor XDG_STATE_HOME is set</source>
        <translation>kein Ort für seine Ausgabe: weder HOME noch XDG_STATE_HOME ist gesetzt</translation>
    </message>
    <message>
        <source>no place for the output of %1: %2</source>
        <translation>kein Ort für die Ausgabe von %1: %2</translation>
    </message>
    <message>
        <source>it may not be executed, or its directory may not be entered (%1)</source>
        <translation>es darf nicht ausgeführt oder sein Verzeichnis nicht betreten werden (%1)</translation>
    </message>
    <message>
        <source>it is no program for this machine, or a script without #! line</source>
        <translation>es ist kein Programm für diesen Rechner, oder ein Skript ohne #!-Zeile</translation>
    </message>
    <message>
        <source>it was started as pid %1, but cannot be watched: %2</source>
        <translation>er wurde als PID %1 gestartet, kann aber nicht beobachtet werden: %2</translation>
    </message>
    <message>
        <source>how it came out is not known: %1</source>
        <translation>wie es ausging, ist nicht bekannt: %1</translation>
    </message>
    <message>
        <source>how it came out is not known: hephaestus on %1 writes a line without an end</source>
        <translation>wie es ausging, ist nicht bekannt: hephaestus auf %1 schreibt eine Zeile ohne Ende</translation>
    </message>
    <message>
        <source>how it came out is not known: %1, for %2. What has begun there goes on</source>
        <translation>wie es ausging, ist nicht bekannt: %1, seit %2. Was dort begonnen hat, geht weiter</translation>
    </message>
    <message>
        <source>there is no hephaestus on %1</source>
        <translation>auf %1 gibt es kein hephaestus</translation>
    </message>
    <message>
        <source>hephaestus on %1: %2</source>
        <translation>hephaestus auf %1: %2</translation>
    </message>
    <message>
        <source>hephaestus on %1 ended with exit code %2 and no receipt: %3</source>
        <translation>hephaestus auf %1 endete mit Exit-Code %2 und ohne Beleg: %3</translation>
    </message>
    <message>
        <source>hephaestus on %1 does not say why</source>
        <translation>hephaestus auf %1 sagt nicht, warum</translation>
    </message>
    <message>
        <source>it runs, but does not say which instance it is: whether it was restarted is not known</source>
        <translation>er läuft, sagt aber nicht, welche Instanz er ist: ob er neu gestartet wurde, ist nicht bekannt</translation>
    </message>
    <message>
        <source>ssh: the host key has changed; %1 says what to do</source>
        <translation>ssh: der Schlüssel des Hosts ist ein anderer; %1 sagt, was zu tun ist</translation>
    </message>
    <message>
        <source>ssh: host key not known; run %1 once</source>
        <translation>ssh: der Schlüssel des Hosts ist nicht bekannt; einmal %1 ausführen</translation>
    </message>
    <message>
        <source>ssh: permission denied; %1 must work without a question (ssh-add loads a key into the agent)</source>
        <translation>ssh: keine Berechtigung; %1 muss ohne Rückfrage gelingen (ssh-add lädt einen Schlüssel in den Agenten)</translation>
    </message>
    <message>
        <source>ssh: permission denied (%1); %2 must work without a question (ssh-add loads a key into the agent)</source>
        <translation>ssh: keine Berechtigung (%1); %2 muss ohne Rückfrage gelingen (ssh-add lädt einen Schlüssel in den Agenten)</translation>
    </message>
    <message>
        <source>ssh: too many keys were tried; name one for this host in ~/.ssh/config (IdentityFile)</source>
        <translation>ssh: zu viele Schlüssel wurden versucht; einen für diesen Host in ~/.ssh/config nennen (IdentityFile)</translation>
    </message>
    <message>
        <source>ssh: could not resolve the name of %1</source>
        <translation>ssh: der Name von %1 war nicht aufzulösen</translation>
    </message>
    <message>
        <source>ssh: the program cannot be started (%1); install OpenSSH&apos;s client</source>
        <translation>ssh: das Programm kann nicht gestartet werden (%1); den Client von OpenSSH installieren</translation>
    </message>
    <message>
        <source>ssh: it has not logged in within a minute</source>
        <translation>ssh: keine Anmeldung innerhalb einer Minute</translation>
    </message>
    <message>
        <source>ssh: the connection was lost (%1)</source>
        <translation>ssh: die Verbindung ging verloren (%1)</translation>
    </message>
    <message>
        <source>ssh: no forward: %1</source>
        <translation>ssh: keine Weiterleitung: %1</translation>
    </message>
    <message>
        <source>systemd did not start %1: %2</source>
        <translation>systemd hat %1 nicht gestartet: %2</translation>
    </message>
    <message>
        <source>systemd did not restart %1: %2</source>
        <translation>systemd hat %1 nicht neu gestartet: %2</translation>
    </message>
    <message>
        <source>systemd cannot be asked, a part of Hephaestus is not there: %1</source>
        <translation>systemd ist nicht zu fragen, ein Teil von Hephaestus fehlt: %1</translation>
    </message>
    <message>
        <source>%1; %2 says more</source>
        <translation>%1; %2 sagt mehr</translation>
    </message>
    <message>
        <source>the unit failed</source>
        <translation>die Unit ist gescheitert</translation>
    </message>
    <message>
        <source>it took longer than the unit&apos;s file allows</source>
        <translation>es dauerte länger, als die Datei der Unit erlaubt</translation>
    </message>
    <message>
        <source>a unit it depends on failed</source>
        <translation>eine Unit, von der sie abhängt, ist gescheitert</translation>
    </message>
    <message>
        <source>another job for the unit came in its place</source>
        <translation>ein anderer Auftrag für die Unit kam an seine Stelle</translation>
    </message>
    <message>
        <source>a condition in the unit&apos;s file was not met</source>
        <translation>eine Bedingung in der Datei der Unit war nicht erfüllt</translation>
    </message>
    <message>
        <source>there is no D-Bus to ask it by: %1</source>
        <translation>es gibt keinen D-Bus, um zu fragen: %1</translation>
    </message>
    <message>
        <source>the bus went away meanwhile</source>
        <translation>der Bus ging währenddessen weg</translation>
    </message>
    <message>
        <source>the unit is masked</source>
        <translation>die Unit ist maskiert</translation>
    </message>
    <message>
        <source>this user is not authorised (%1)</source>
        <translation>dieser Benutzer ist nicht berechtigt (%1)</translation>
    </message>
    <message>
        <source>there is no such unit in scope &quot;%1&quot; (%2)</source>
        <translation>diese Unit gibt es im Bereich „%1“ nicht (%2)</translation>
    </message>
    <message>
        <source>it is not on the bus of scope &quot;%1&quot; (%2)</source>
        <translation>sie ist nicht auf dem Bus des Bereichs „%1“ (%2)</translation>
    </message>
    <message>
        <source>there is no such container</source>
        <translation>diesen Container gibt es nicht</translation>
    </message>
    <message>
        <source>%1 did not start the container %2: %3</source>
        <translation>%1 hat den Container %2 nicht gestartet: %3</translation>
    </message>
    <message>
        <source>%1 did not restart the container %2: %3</source>
        <translation>%1 hat den Container %2 nicht neu gestartet: %3</translation>
    </message>
    <message>
        <source>kubectl did not restart %1: %2</source>
        <translation>kubectl hat %1 nicht neu gestartet: %2</translation>
    </message>
    <message>
        <source>Prometheus answered %1</source>
        <translation>Prometheus hat %1 geantwortet</translation>
    </message>
    <message>
        <source>Prometheus: %1</source>
        <translation>Prometheus: %1</translation>
    </message>
    <message>
        <source>it could not be scraped; why is not known</source>
        <translation>er war nicht abzufragen; warum, ist nicht bekannt</translation>
    </message>
    <message>
        <source>it answers Prometheus, but exports no metrics of Hephaestus</source>
        <translation>er antwortet Prometheus, hat aber keine Metriken von Hephaestus</translation>
    </message>
    <message>
        <source>Prometheus has not scraped it yet</source>
        <translation>Prometheus hat ihn noch nicht abgefragt</translation>
    </message>
    <message>
        <source>Prometheus does not scrape it</source>
        <translation>Prometheus fragt ihn nicht ab</translation>
    </message>
    <message>
        <source>%1 was asked to shut down, and is not started again</source>
        <translation>von %1 wurde das Herunterfahren verlangt, und er wird nicht wieder gestartet</translation>
    </message>
</context>
</TS>
