using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate volume connect|disconnect</c></summary>
internal static class VolumeAccessCommands
{
    public static Verb Connect()
    {
        var volume = Given.Ref("VOLUME");
        var initiator = Given.Required("--initiator", "The iSCSI name that will log in.", "IQN");
        return Verb.Of("connect", "Let an initiator use a volume, and print how it logs in.",
            [
                "headgate volume connect db1 --initiator iqn.1993-08.org.debian:01:me",
                "qemu-img info \"$(headgate volume connect db1 --initiator iqn.2008-11.org.linux-kvm -o json | jq -r .uri)\"",
            ],
            WaitOptions.With(volume, initiator), async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Volumes, session.Get(volume), "connections");
                var name = session.Get(initiator)!;
                var answer = await session.Api.PostAsync(route, new ConnectVolume(name), ApiJson.Default.ConnectVolume, cancelled);
                await session.FinishAsync(answer, async _ =>
                {
                    var connection = await session.Api.GetAsync(Routes.Of(route, name), cancelled);
                    session.Printer.PrintOne(connection, VolumeViews.Connection, ApiJson.Default.ConnectionView);
                }, cancelled);
            });
    }

    public static Verb Disconnect()
    {
        var volume = Given.Ref("VOLUME");
        var initiator = Given.Required("--initiator", "The iSCSI name that shall use it no more.", "IQN");
        return Verb.Of("disconnect", "Take an initiator's access to a volume away; its sessions end.",
            ["headgate volume disconnect db1 --initiator iqn.1993-08.org.debian:01:me"],
            WaitOptions.With(volume, initiator), async (session, cancelled) =>
            {
                var (name, iqn) = (session.Get(volume), session.Get(initiator)!);
                var answer = await session.Api.DeleteAsync(Routes.Of(Routes.Volumes, name, "connections", iqn), cancelled);
                await session.FinishAndSayAsync(answer, $"volume {name}: {iqn} has no access any more", cancelled);
            });
    }
}
