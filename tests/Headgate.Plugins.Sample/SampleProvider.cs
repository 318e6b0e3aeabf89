using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins.Sample;

/// <summary>
/// A plug-in's provider with a memory for an array. What its calls do wrong is a setting of the pool; what it does wrong before it
/// has a pool, one of the other classes does. A test that wants to know of a call, or to hold it, shares a <see cref="Handle"/> with it. A file <c>name.txt</c> beside its assembly renames it, so that two can meet.
/// </summary>
public class SampleProvider : IPrimaryDataStoreProvider
{
    public virtual ProviderInfo Info => new(NameBeside() ?? "Sample", new Version(1, 2, 3), "A plug-in of the tests.", Managed: true);

    public virtual SettingsSchema Settings { get; } = new(
        new Setting("fault", SettingKind.Text, "What the calls do: nothing, throw, null, block, and so on; after a colon the name of a handle.") { Default = "nothing" },
        new Setting("password", SettingKind.Secret, "A secret."));

    public virtual DriverCapabilities Capabilities { get; } = new()
    {
        VolumeSize = new ValueRange(4096, 1L << 40, 4096),
        MaxIops = new QosSupport(Support.Native, new ValueRange(100, 10_000, 100)),
        Inventory = Support.Native,
    };

    public virtual async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var fault = settings["fault"]!.Split(':');
        if (fault[0] == "open") throw new InvalidOperationException("cannot open");
        var handle = fault.Length > 1 ? new Handle(fault[1]) : null;
        if (fault[0] == "hold-open") await handle!.HeldAsync().ConfigureAwait(false);
        return new SampleStore(fault[0], handle);
    }

    private static string? NameBeside()
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(SampleProvider).Assembly.Location)!, "name.txt");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}

/// <summary>Cannot be made: it wants an argument.</summary>
public sealed class NoConstructorProvider(string what) : SampleProvider
{
    public string What => what;
}

/// <summary>Cannot be made: it throws.</summary>
public sealed class ThrowingProvider : SampleProvider
{
    public ThrowingProvider() => throw new InvalidOperationException("no licence");
}

/// <summary>Never ends to be made.</summary>
public sealed class HangingProvider : SampleProvider
{
    public HangingProvider() => new ManualResetEventSlim().Wait();
}

/// <summary>Throws when asked who it is.</summary>
public sealed class NamelessProvider : SampleProvider
{
    public override ProviderInfo Info => throw new NotSupportedException("who am I");
}

/// <summary>Throws when asked for its settings.</summary>
public sealed class SchemelessProvider : SampleProvider
{
    public override SettingsSchema Settings => throw new NotSupportedException("no schema");
}

/// <summary>Answers null when asked what it can do.</summary>
public sealed class IncapableProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => null!;
}

/// <summary>Has a name that is none.</summary>
public sealed class BadlyNamedProvider : SampleProvider
{
    public override ProviderInfo Info => base.Info with { Name = "../etc" };
}

/// <summary>Has one setting twice.</summary>
public sealed class DoubledSettingProvider : SampleProvider
{
    public override SettingsSchema Settings { get; } = new(new Setting("a", SettingKind.Text, "One."), new Setting("a", SettingKind.Text, "Two."));
}

/// <summary>Says null for a limit.</summary>
public sealed class NullLimitProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => base.Capabilities with { BurstIops = null! };
}

/// <summary>Says null for the sizes of volumes.</summary>
public sealed class SizelessProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => base.Capabilities with { VolumeSize = null! };
}

/// <summary>Has a limit in steps of nothing, by which the host would divide.</summary>
public sealed class SteplessProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => base.Capabilities with { MaxIops = new QosSupport(Support.Native, new ValueRange(1, 10, 0)) };
}

/// <summary>Has a limit that ends before it begins.</summary>
public sealed class BackwardsProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => base.Capabilities with { MinIops = new QosSupport(Support.Native, new ValueRange(10, 1)) };
}

/// <summary>Supports something in a way that there is not.</summary>
public sealed class UnheardOfProvider : SampleProvider
{
    public override DriverCapabilities Capabilities => base.Capabilities with { Snapshots = (Support)7 };
}

/// <summary>Throws what cannot say what it is; tells when its code is let go of.</summary>
public sealed class UnspeakableProvider : SampleProvider
{
    public UnspeakableProvider()
    {
        System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(GetType().Assembly)!.Unloading += _ => new Handle("unspeakable").Close();
        throw new UnspeakableException();
    }
}

/// <summary>Never ends to be unloaded.</summary>
public sealed class StubbornProvider : SampleProvider
{
    public StubbornProvider() =>
        System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(GetType().Assembly)!.Unloading += _ => new Handle("stubborn").HeldAsync().GetAwaiter().GetResult();
}

/// <summary>Throws when asked what it says.</summary>
public sealed class UnspeakableException : Exception
{
    public override string Message => throw new InvalidOperationException("no words");

    public override string ToString() => throw new InvalidOperationException("no words");
}
