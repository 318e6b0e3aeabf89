using System.Diagnostics;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Plays a host with libiscsi's iscsi-inq (Debian: libiscsi-bin): does this login get through to the LUN?</summary>
internal static class IscsiInq
{
    private const string Program = "/usr/bin/iscsi-inq";

    public static bool IsInstalled => File.Exists(Program);

    public static async ValueTask<bool> ConnectsAsync(Connection connection, string initiator, ChapCredential? chap, CancellationToken stop)
    {
        var iscsi = Assert.IsType<Connection.Iscsi>(connection);
        var login = chap is null ? "" : $"{chap.Username}%{chap.Secret}@";
        var start = new ProcessStartInfo(Program, ["-i", initiator, $"iscsi://{login}{iscsi.Portals[0]}/{iscsi.TargetName}/{iscsi.Lun}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var errors = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        await errors;
        return process.ExitCode == 0 && (await output).Contains("SolidFir", StringComparison.Ordinal);
    }
}
