using Headgate.Primitives;

namespace Headgate.Plugins;

/// <summary>What the host says of providers and plug-ins, as against <see cref="Storage.Sdk.FaultCodes"/>, which drivers say.</summary>
public static class ProviderFaults
{
    /// <summary>A pool's provider is not loaded (any more, or yet).</summary>
    public const string NotLoaded = "provider-not-loaded";

    /// <summary>A driver's call ended in an exception: what it did is not known.</summary>
    public const string DriverThrew = "driver-threw";

    /// <summary>A driver's call did not return in its time: what it does is not known.</summary>
    public const string DriverHangs = "driver-hangs";

    /// <summary>What a driver said of itself or its storage cannot be used.</summary>
    public const string DriverInvalid = "driver-invalid";

    /// <summary>For a call that was given up.</summary>
    public static Fault Hangs(string provider, string call, TimeSpan patience) => new(
        DriverHangs,
        $"Provider {provider} has not returned from {call} after {patience.TotalMinutes:0} minutes, so what it does is not known. It is asked again once it has; if it "
        + "never does, restart the server, and report it to the driver's author.", Recovery.RetryWithBackoff);

    /// <summary>For the list of providers: one whose calls were given up.</summary>
    internal static Fault Hanging(string provider, IReadOnlyList<GivenUp> calls) => new(
        DriverHangs,
        $"{calls.Count} call(s) into provider {provider} have not returned, the first {calls.MinBy(call => call.Since)!.Call} of {calls.Min(call => call.Since):u}. What they were for waits; "
        + "if they never return, restart the server, and report it to the driver's author.", Recovery.AskOperator);

    /// <summary>For a pool whose driver says of it what cannot be.</summary>
    public static Fault Invalid(string provider, string problem) => new(
        DriverInvalid, $"Provider {provider} cannot be used for this pool: {problem}. Report it to the driver's author.", Recovery.AskOperator);

    /// <summary>For a call on a provider that is being, or has been, taken out of service. Nothing reached the storage.</summary>
    public static Fault Withdrawn(string provider) => new(
        NotLoaded, $"Provider {provider} was taken out of service; its pools wait until its plug-in folder is back.", Recovery.RetryWithBackoff);

    /// <summary>For a driver's call that threw; the log has the exception, which may hold what is nobody's business.</summary>
    public static Fault Threw(string provider, string call, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new Fault(
            DriverThrew,
            $"Provider {provider} threw {exception.GetType().Name} in {call}, so what it did is not known. The server's log has the details; "
            + "report them to the driver's author.", Recovery.RetryWithBackoff);
    }

    /// <summary>For a call that was not made, since an earlier one for the same thing has not returned.</summary>
    internal static Fault StillHangs(string provider, string call, GivenUp earlier) => new(
        DriverHangs,
        $"{call} was not asked of provider {provider}: its {earlier.Call} for the same thing, made at {earlier.Since:u}, has not returned. If it never does, restart the "
        + "server, and report it to the driver's author.", Recovery.RetryWithBackoff);

    /// <summary>For a driver that answered null where an outcome is due.</summary>
    public static Fault AnsweredNothing(string provider, string call) => new(
        DriverThrew, $"Provider {provider} answered null to {call}, so what it did is not known; report it to the driver's author.",
        Recovery.RetryWithBackoff);
}

/// <summary>Why a plug-in folder was not loaded. Each says what is there, what is wanted and what to do.</summary>
internal static class PluginFaults
{
    public static Fault ManifestMissing(string folder) => Fix(
        "plugin-manifest-missing", $"Plug-in folder '{folder}' has no {PluginManifest.FileName}. A build against the SDK's package writes one; copy all that it published.");

    public static Fault ManifestInvalid(string folder, string problem) => Fix(
        "plugin-manifest-invalid", $"{PluginManifest.FileName} of plug-in folder '{folder}' cannot be used: {problem} It must be like {PluginManifest.Example}.");

    public static Fault AssemblyMissing(string folder, string assembly) => Fix(
        "plugin-assembly-missing", $"{PluginManifest.FileName} of plug-in folder '{folder}' names {assembly}, which is not there. Copy all that the build published.");

    public static Fault AssemblyInvalid(string folder, string assembly) => Fix(
        "plugin-assembly-invalid", $"{assembly} of plug-in folder '{folder}' is not a .NET assembly, or only a part of one. Copy it again, whole.");

    public static Fault NotBuiltOnSdk(string folder, string assembly) => Fix(
        "plugin-no-provider", $"{assembly} of plug-in folder '{folder}' does not reference {SdkVersions.SdkName}, so it holds no provider.");

    public static Fault SdkNewer(string folder, Version built, Version host) => Fix(
        "plugin-sdk-incompatible",
        $"Plug-in '{folder}' was built against SDK {SdkVersions.Text(built)}; this server has {SdkVersions.Text(host)}. Update the server, or build the plug-in "
        + $"against {SdkVersions.Text(host)}.");

    public static Fault SdkOlder(string folder, Version built, Version host) => Fix(
        "plugin-sdk-incompatible",
        $"Plug-in '{folder}' was built against SDK {SdkVersions.Text(built)}; this server has {SdkVersions.Text(host)}, which does not honour that any more. "
        + $"Build the plug-in against {SdkVersions.Text(host)}.");

    public static Fault NoProvider(string folder, string assembly) => Fix(
        "plugin-no-provider", $"{assembly} of plug-in folder '{folder}' has no public class that is an IPrimaryDataStoreProvider.");

    public static Fault NoConstructor(string folder, Type type) => Fix(
        "plugin-constructor-missing", $"{type.FullName} of plug-in '{folder}' has no public constructor that takes no arguments, so the server cannot make one.");

    public static Fault Failed(string folder, string doing, Exception exception) =>
        Ask("plugin-failed", $"Plug-in '{folder}' failed when {doing}: {ForeignText.MessageOf(exception)}");

    public static Fault FailedBadly(string folder, Type exception) =>
        Ask("plugin-failed", $"Plug-in '{folder}' could not be loaded: {exception.Name}.");

    public static Fault Hangs(string folder, string doing, TimeSpan patience) => Ask(
        "plugin-hangs", $"Plug-in '{folder}' was not done with {doing} after {patience.TotalSeconds:0} s and was given up. The thread that it holds ends with the server.");

    public static Fault StaysInMemory(string folder, TimeSpan patience) => Ask(
        "plugin-hangs", $"The earlier code of plug-in '{folder}' was not done with its end (a handler of Unloading) after {patience.TotalSeconds:0} s. It serves nothing any more and stays in "
        + "memory until the server is restarted.");

    public static Fault Invalid(string folder, string problem) => Fix("plugin-invalid", $"Plug-in '{folder}' cannot be used: {problem}");

    public static Fault NameTaken(string folder, string provider, string owner) => Fix(
        "provider-name-taken", $"Plug-in '{folder}' brings a provider named {provider}, which {owner} has already. Remove one of the two, or rename the provider.");

    public static Fault TooLarge(string folder, string what) => Fix(
        "plugin-too-large", $"Plug-in folder '{folder}' holds {what}. Leave only what the build published there.");

    public static Fault WritableByOthers(string path) => Fix(
        "plugin-writable-by-others", $"{path} can be written by every user of this machine, and what is there would run with the server's rights. Run: chmod -R o-w {path}");

    public static Fault Unreadable(string folder, string problem) => Ask("plugin-unreadable", $"Plug-in folder '{folder}' cannot be read: {problem}");

    private static Fault Fix(string code, string message) => new(code, message, Recovery.FixRequest);

    private static Fault Ask(string code, string message) => new(code, message, Recovery.AskOperator);
}
