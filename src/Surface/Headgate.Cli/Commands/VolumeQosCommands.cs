using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Output;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate volume qos|watch</c></summary>
internal static class VolumeQosCommands
{
    public static Verb Qos()
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of("qos", "Show what was asked of a volume, what was granted and by whom, what is set, and what is measured.",
            ["headgate volume qos db1"], [volume], (session, cancelled) =>
                session.ShowAsync(Routes.Of(Routes.Volumes, session.Get(volume), "qos"), VolumeViews.Qos, ApiJson.Default.VolumeQosView, cancelled));
    }

    public static Verb Watch()
    {
        var volume = Given.Ref("VOLUME");
        var count = Given.Count("--count", "End after this many samples (default: until Ctrl-C).", 1);
        var interval = Given.Count("--interval", "Seconds between samples (default 1).", 1, "SECONDS");
        return Verb.Of("watch", "Follow what a volume is served against its min, max and burst, and where the time of its I/O goes.",
            ["headgate volume watch db1", "headgate volume watch db1 --count 10 -o json"], [volume, count, interval], async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Volumes, session.Get(volume), "qos");
                var pause = TimeSpan.FromSeconds(session.Get(interval) ?? 1);
                var left = session.Get(count) ?? long.MaxValue;
                using var panel = new WatchPanel(session.Console);
                while (true)
                {
                    try
                    {
                        var json = await session.Api.GetAsync(route, cancelled);
                        if (session.Format == OutputFormat.Table) panel.Show(ApiClient.Read(json, ApiJson.Default.VolumeQosView));
                        else session.Printer.PrintSample(json);
                        if (--left == 0) return;
                        await Task.Delay(pause, session.Console.Time, cancelled);
                    }
                    catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
                    {
                        return; // Ctrl-C is how one stops watching
                    }
                }
            });
    }
}
