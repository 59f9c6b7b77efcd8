<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ActQuestions</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 request(s) are in flight and will be finished first.</source>
        <translation>
            <numerusform>%1 request is in flight and will be finished first.</numerusform>
            <numerusform>%1 requests are in flight and will be finished first.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Restart these %n service(s), one after the other?</source>
        <translation>
            <numerusform>Restart this %n service?</numerusform>
            <numerusform>Restart these %n services, one after the other?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Start these %n service(s)?</source>
        <translation>
            <numerusform>Start this %n service?</numerusform>
            <numerusform>Start these %n services?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Shut down these %n service(s), one after the other?</source>
        <translation>
            <numerusform>Shut down this %n service?</numerusform>
            <numerusform>Shut down these %n services, one after the other?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Schedule a shutdown of these %n service(s)?</source>
        <translation>
            <numerusform>Schedule a shutdown of this %n service?</numerusform>
            <numerusform>Schedule a shutdown of these %n services?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AlertTold</name>
    <message numerus="yes">
        <source>given to %n target(s) at %1</source>
        <translation>
            <numerusform>given to %n target at %1</numerusform>
            <numerusform>given to %n targets at %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AddHostDialog</name>
    <message numerus="yes">
        <source>%n service(s) in %1: %2</source>
        <translation>
            <numerusform>%n service in %1: %2</numerusform>
            <numerusform>%n services in %1: %2</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertCommands</name>
    <message numerus="yes">
        <source>No alert of these %n services is told until:</source>
        <translation>
            <numerusform>No alert of this %n service is told until:</numerusform>
            <numerusform>No alert of these %n services is told until:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertListModel</name>
    <message numerus="yes">
        <source>%1 of %n service(s)</source>
        <translation>
            <numerusform>%1 of %n service</numerusform>
            <numerusform>%1 of %n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n depend(s) on it</source>
        <translation>
            <numerusform>%1, %n depends on it</numerusform>
            <numerusform>%1, %n depend on it</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::AlertPush</name>
    <message numerus="yes">
        <source>was not told of %n alert(s): %1</source>
        <translation>
            <numerusform>was not told of %n alert: %1</numerusform>
            <numerusform>was not told of %n alerts: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::Alerts</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1: over, %n service(s) are healthy again</source>
        <translation>
            <numerusform>%1: over, %n service is healthy again</numerusform>
            <numerusform>%1: over, %n services are healthy again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 fails for %n service(s)</source>
        <translation>
            <numerusform>%1 fails for %n service</numerusform>
            <numerusform>%1 fails for %n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are in trouble</source>
        <translation>
            <numerusform>%n service is in trouble</numerusform>
            <numerusform>%n services are in trouble</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are healthy again</source>
        <translation>
            <numerusform>%n service is healthy again</numerusform>
            <numerusform>%n services are healthy again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) run old code</source>
        <translation>
            <numerusform>%n service runs old code</numerusform>
            <numerusform>%n services run old code</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are healthy again, %1 still in trouble</source>
        <translation>
            <numerusform>%n service is healthy again, %1 still in trouble</numerusform>
            <numerusform>%n services are healthy again, %1 still in trouble</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n service(s) do not answer</source>
        <translation>
            <numerusform>%1 of %n service does not answer</numerusform>
            <numerusform>%1 of %n services do not answer</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::BulkActions</name>
    <message numerus="yes">
        <source>%n restarted</source>
        <translation>
            <numerusform>%n restarted</numerusform>
            <numerusform>%n restarted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n started</source>
        <translation>
            <numerusform>%n started</numerusform>
            <numerusform>%n started</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n shut down</source>
        <translation>
            <numerusform>%n shut down</numerusform>
            <numerusform>%n shut down</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed: %1</source>
        <translation>
            <numerusform>%n failed: %1</numerusform>
            <numerusform>%n failed: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n called off</source>
        <translation>
            <numerusform>%n called off</numerusform>
            <numerusform>%n called off</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n called off: %1</source>
        <translation>
            <numerusform>%n called off: %1</numerusform>
            <numerusform>%n called off: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::CodePage</name>
    <message numerus="yes">
        <source>Runs old code: %1 file(s) on disk differ from what was loaded. A restart loads them.</source>
        <translation>
            <numerusform>Runs old code: %1 file on disk differs from what was loaded. A restart loads it.</numerusform>
            <numerusform>Runs old code: %1 files on disk differ from what was loaded. A restart loads them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not known: %1 file(s) could not be compared with what was loaded.</source>
        <translation>
            <numerusform>Not known: %1 file could not be compared with what was loaded.</numerusform>
            <numerusform>Not known: %1 files could not be compared with what was loaded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 more change(s) are not listed.</source>
        <translation>
            <numerusform>%1 more change is not listed.</numerusform>
            <numerusform>%1 more changes are not listed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::CommandPalette</name>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::DemoCommands</name>
    <message numerus="yes">
        <source>Shut down the %n service(s) of the demo, and remove them from this window?</source>
        <translation>
            <numerusform>Shut down the service of the demo, and remove it from this window?</numerusform>
            <numerusform>Shut down the %n services of the demo, and remove them from this window?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::DesktopPresence</name>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n stale</numerusform>
            <numerusform>%n stale</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::DetailHeader</name>
    <message numerus="yes">
        <source>%1 in flight</source>
        <translation>
            <numerusform>%1 in flight</numerusform>
            <numerusform>%1 in flight</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 connection(s)</source>
        <translation>
            <numerusform>%1 connection</numerusform>
            <numerusform>%1 connections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 task(s)</source>
        <translation>
            <numerusform>%1 task</numerusform>
            <numerusform>%1 tasks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 open file(s)</source>
        <translation>
            <numerusform>%1 open file</numerusform>
            <numerusform>%1 open files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 thread(s)</source>
        <translation>
            <numerusform>%1 thread</numerusform>
            <numerusform>%1 threads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, beside %n other(s)</source>
        <translation>
            <numerusform>%1, beside %n other</numerusform>
            <numerusform>%1, beside %n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::DetailPane</name>
    <message numerus="yes">
        <source>%n service(s) are selected. A right click shows what can be done to them. Select one alone to see more of it.</source>
        <translation>
            <numerusform>%n service is selected. A right click shows what can be done to it. Select one alone to see more of it.</numerusform>
            <numerusform>%n services are selected. A right click shows what can be done to them. Select one alone to see more of it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::EventJournal</name>
    <message numerus="yes">
        <source>%1 (%n time(s) in %2)</source>
        <translation>
            <numerusform>%1 (%n time in %2)</numerusform>
            <numerusform>%1 (%n times in %2)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 and %n more</numerusform>
            <numerusform>%1 and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 (%2; %n time(s) in %3)</source>
        <translation>
            <numerusform>%1 (%2; %n time in %3)</numerusform>
            <numerusform>%1 (%2; %n times in %3)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetModel</name>
    <message numerus="yes">
        <source>%1 request(s) in flight</source>
        <translation>
            <numerusform>%1 request in flight</numerusform>
            <numerusform>%1 requests in flight</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetRows</name>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n stale</numerusform>
            <numerusform>%n stale</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::FleetSession</name>
    <message numerus="yes">
        <source>%n service(s) are down</source>
        <translation>
            <numerusform>%n service is down</numerusform>
            <numerusform>%n services are down</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) run old code</source>
        <translation>
            <numerusform>%n service runs old code</numerusform>
            <numerusform>%n services run old code</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>starts or restarts of %n service(s) failed</source>
        <translation>
            <numerusform>starts or restarts of %n service failed</numerusform>
            <numerusform>starts or restarts of %n services failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::LogFollower</name>
    <message numerus="yes">
        <source>%n line(s) are no longer kept</source>
        <translation>
            <numerusform>%n line is no longer kept</numerusform>
            <numerusform>%n lines are no longer kept</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::LogsPage</name>
    <message numerus="yes">
        <source>%n service(s), in the order of time.</source>
        <translation>
            <numerusform>%n service, in the order of time.</numerusform>
            <numerusform>%n services, in the order of time.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::MainWindow</name>
    <message numerus="yes">
        <source>%n alert(s) of others</source>
        <translation>
            <numerusform>%n alert of others</numerusform>
            <numerusform>%n alerts of others</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>There is no room: %n graphs are pinned.</source>
        <translation>
            <numerusform>There is no room: %n graph is pinned.</numerusform>
            <numerusform>There is no room: %n graphs are pinned.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) are being restarted, started or shut down. If you quit now, the window closes, and that is brought to its end first, for up to a minute.</source>
        <translation>
            <numerusform>%n service is being restarted, started or shut down. If you quit now, the window closes, and that is brought to its end first, for up to a minute.</numerusform>
            <numerusform>%n services are being restarted, started or shut down. If you quit now, the window closes, and that is brought to its end first, for up to a minute.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) wait for their turn: if you quit now, nothing is done to them.</source>
        <translation>
            <numerusform>%n service waits for its turn: if you quit now, nothing is done to it.</numerusform>
            <numerusform>%n services wait for their turn: if you quit now, nothing is done to them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::Obituaries</name>
    <message numerus="yes">
        <source>it ended %n time(s) between two answers; the last time: %1</source>
        <translation>
            <numerusform>it ended once between two answers: %1</numerusform>
            <numerusform>it ended %n times between two answers; the last time: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::RuleAlerts</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceActions</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>And %n more.</numerusform>
            <numerusform>And %n more.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n is/are left out: %1</source>
        <translation>
            <numerusform>%n is left out: %1</numerusform>
            <numerusform>%n are left out: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceCommands</name>
    <message numerus="yes">
        <source>&amp;Restart %n…</source>
        <translation>
            <numerusform>&amp;Restart %n…</numerusform>
            <numerusform>&amp;Restart %n…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Shut down %n…</source>
        <translation>
            <numerusform>&amp;Shut down %n…</numerusform>
            <numerusform>&amp;Shut down %n…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Sche&amp;dule the shutdown of %n…</source>
        <translation>
            <numerusform>Sche&amp;dule the shutdown of %n…</numerusform>
            <numerusform>Sche&amp;dule the shutdown of %n…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Cancel %n scheduled shutdown(s)</source>
        <translation>
            <numerusform>&amp;Cancel %n scheduled shutdown</numerusform>
            <numerusform>&amp;Cancel %n scheduled shutdowns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>S&amp;tart %n</source>
        <translation>
            <numerusform>S&amp;tart %n</numerusform>
            <numerusform>S&amp;tart %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of the %n selected service(s) can: %1</source>
        <translation>
            <numerusform>The selected service cannot: %1</numerusform>
            <numerusform>None of the %n selected services can: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>C&amp;heck %n now</source>
        <translation>
            <numerusform>C&amp;heck %n now</numerusform>
            <numerusform>C&amp;heck %n now</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::ServiceMapWindow</name>
    <message numerus="yes">
        <source>%n service(s) are left out: what is in trouble comes first, with what it needs.</source>
        <translation>
            <numerusform>%n service is left out: what is in trouble comes first, with what it needs.</numerusform>
            <numerusform>%n services are left out: what is in trouble comes first, with what it needs.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other service(s) neither depend on one nor share anything.</source>
        <translation>
            <numerusform>%n other service neither depends on one nor shares anything.</numerusform>
            <numerusform>%n other services neither depend on one nor share anything.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What %n service(s) share is not known: no answer of theirs was understood since they are watched here.</source>
        <translation>
            <numerusform>What %n service shares is not known: no answer of it was understood since it is watched here.</numerusform>
            <numerusform>What %n services share is not known: no answer of theirs was understood since they are watched here.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::TotalsStrip</name>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n stale</numerusform>
            <numerusform>%n stale</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Hephaestus::Wallboard</name>
    <message numerus="yes">
        <source>%n service(s)</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n stale</numerusform>
            <numerusform>%n stale</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n with alerts</source>
        <translation>
            <numerusform>%n with alerts</numerusform>
            <numerusform>%n with alerts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Introduction</name>
    <message numerus="yes">
        <source>%n dependency(ies)</source>
        <translation>
            <numerusform>%n dependency</numerusform>
            <numerusform>%n dependencies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServiceMap</name>
    <message numerus="yes">
        <source>fails for %1, works for %n other(s)</source>
        <translation>
            <numerusform>fails for %1, works for %n other</numerusform>
            <numerusform>fails for %1, works for %n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServiceRow</name>
    <message numerus="yes">
        <source>runs old code: %n file(s) changed on disk since it started</source>
        <translation>
            <numerusform>runs old code: %n file changed on disk since it started</numerusform>
            <numerusform>runs old code: %n files changed on disk since it started</numerusform>
        </translation>
    </message>
</context>
</TS>
