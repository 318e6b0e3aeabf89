using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>What can be imported, and the recycle bin's rules.</summary>
internal static class VolumeLifeViews
{
    public static readonly TableOf<ImportableView> Importable = new(
        new("BACKEND ID", v => v.Handle), new("NAME", v => v.Name), new("SIZE", v => Show.Size(v.SizeBytes), Right: true),
        new("MIN", v => Show.Number(v.MinIops), Right: true), new("MAX", v => Show.Number(v.MaxIops), Right: true),
        new("BURST", v => Show.Number(v.BurstIops), Right: true), new("INITIATORS", v => Show.Number(v.Initiators.Count), Right: true))
    {
        Empty = "There is nothing on that storage that is not ours already.",
    };

    public static PropertySheet RecycleBin(RecycleBinView bin) => new PropertySheet()
        .Add("Account", bin.Account ?? "every account without a rule of its own")
        .Add("Kept for", bin.Forever ? "ever, until somebody expunges" : Text(bin.KeepSeconds ?? 0))
        .Add("Rule", bin.Rule);

    private static string Text(long seconds) => seconds switch
    {
        0 => "no time: expunged at once",
        _ when seconds % 86_400 == 0 => $"{seconds / 86_400} d",
        _ when seconds % 3600 == 0 => $"{seconds / 3600} h",
        _ => $"{seconds} s",
    };
}
