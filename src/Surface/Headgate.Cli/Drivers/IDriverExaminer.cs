namespace Headgate.Cli.Drivers;

/// <summary>Puts the SDK's contract to a driver: what the program brings that embeds this command line, which itself knows no driver.</summary>
public interface IDriverExaminer
{
    /// <summary>Every rule there is, for those who ask what would be put.</summary>
    IReadOnlyList<DriverRule> Rules { get; }

    /// <summary>Examines; <paramref name="ended"/> is told of each rule as it ends.</summary>
    /// <exception cref="CliException">There is no such driver, it cannot be loaded, or the settings do not suit it.</exception>
    Task<DriverReport> ExamineAsync(DriverExamination asked, IProgress<DriverRule> ended, CancellationToken stop);
}

/// <summary>What to examine.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="PluginFolder">The folder of the plug-in that holds it; null for one that is built in.</param>
/// <param name="Settings">A pool's settings, secrets included.</param>
public sealed record DriverExamination(string Provider, string? PluginFolder, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Ids, or beginnings of ids, of the rules to put; empty for all.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Others make volumes on the storage meanwhile.</summary>
    public bool IsShared { get; init; }

    /// <summary>Where chance begins, to repeat an earlier examination; null for a new one.</summary>
    public int? Seed { get; init; }
}

/// <summary>A rule of the contract and what became of it.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Sentence">As it stands in the SDK's documentation.</param>
/// <param name="Verdict">kept, broken, notAsked.</param>
/// <param name="Reason">What was seen; why it could not be asked.</param>
/// <param name="Calls">The driver's last calls before a broken rule broke.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record DriverRule(string Id, string Sentence, string Verdict, string Reason, IReadOnlyList<string> Calls, long Milliseconds)
{
    /// <summary>Whether the driver broke it.</summary>
    internal bool IsBroken => Verdict == "broken";
}

/// <summary>What an examination found.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Passed">A rule was kept, none was broken, and nothing was left behind.</param>
/// <param name="Seed">Where chance began.</param>
/// <param name="Kept">Rules kept.</param>
/// <param name="Broken">Rules broken.</param>
/// <param name="NotAsked">Rules that could not be put to this driver.</param>
/// <param name="LeftBehind">What is still on the storage although the driver was told to take it away.</param>
/// <param name="Rules">One for each rule.</param>
public sealed record DriverReport(
    string Provider, string Version, bool Passed, int Seed, int Kept, int Broken, int NotAsked, IReadOnlyList<string> LeftBehind,
    IReadOnlyList<DriverRule> Rules);
