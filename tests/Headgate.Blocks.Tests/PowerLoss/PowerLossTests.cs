namespace Headgate.Blocks.Tests.PowerLoss;

/// <summary>
/// The store against a medium that forgets what was not synced. The figures of the long run are in docs/durability.md;
/// <c>eng/crash --power</c> makes it.
/// </summary>
public sealed class PowerLossTests
{
    private const int DefaultLosses = 30; // 10 to 20 ms of processor time each
    private const int DefaultSeeds = 2;

    [Fact]
    public void What_was_said_to_be_durable_is_there_after_every_loss_of_power()
    {
        var seeds = FromEnvironment("HEADGATE_POWER_SEEDS", DefaultSeeds);
        var losses = FromEnvironment("HEADGATE_POWER_LOSSES", DefaultLosses);
        var first = FromEnvironment("HEADGATE_POWER_FIRST_SEED", 1);
        using var scratch = Memory();
        for (var seed = first; seed < first + seeds; seed++)
            Assert.Null(new PowerLossPlay(scratch.Path, seed).Run(losses));
        TestContext.Current.TestOutputHelper?.WriteLine($"{seeds} seeds from {first}, {losses} losses of power each");
    }

    [Theory]
    [InlineData((int)MediumLies.ForcedWritesLinger)]
    [InlineData((int)MediumLies.NoIntents)]
    [InlineData((int)MediumLies.SyncsDoNothing)]
    public void A_store_that_does_without_a_sync_or_a_journal_is_caught(int lies) =>
        AssertCaught(scratch => seed => new PowerLossPlay(scratch, seed, (MediumLies)lies));

    [Fact]
    public void A_store_that_writes_before_it_copies_is_caught() =>
        AssertCaught(scratch => seed => new PowerLossPlay(scratch, seed)
        {
            Write = static (device, offset, bytes, durable) =>
            {
                ((VolumeDevice)device).Image.Device.Write(offset, bytes, durable);
                return device.Write(offset, bytes, durable);
            },
        });

    private static void AssertCaught(Func<string, Func<int, PowerLossPlay>> make)
    {
        using var scratch = Memory();
        var play = make(scratch.Path);
        for (var seed = 1; seed <= 20; seed++)
        {
            string? found;
            try
            {
                found = play(seed).Run(60);
            }
            catch (InvalidOperationException wrong) // seen while it ran
            {
                found = wrong.Message;
            }
            if (found is null) continue;
            TestContext.Current.TestOutputHelper?.WriteLine(found);
            return;
        }
        Assert.Fail("20 seeds of 60 losses each found nothing wrong with a store that is");
    }

    // What the medium keeps is worked out, so the files themselves may be where syncs cost nothing.
    private static Scratch Memory() => new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var given) ? given : otherwise;
}
