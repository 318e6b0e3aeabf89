namespace Headgate.Fuzz.Tests;

/// <summary>A short run over each surface on each test run; <c>eng/fuzz</c> is the long one.</summary>
public sealed class SmokeTests
{
    // Fixed, so that a red run is red again; the long runs take new ones.
    private const ulong Seed = 20261122;

    public static TheoryData<string, long> Runs => new() { { "cdb", 100_000 }, { "login", 60_000 }, { "pdu", 20_000 } };

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_short_run_finds_nothing_and_sees_much(string name, long inputs)
    {
        using var output = new StringWriter();
        var run = new FuzzRun(Make(name), Seed, output, Path.GetTempPath());
        Assert.True(run.Run(inputs), output.ToString());
        Assert.Equal(inputs, run.Inputs);
        Assert.True(run.Signatures > 100, output.ToString()); // else the inputs stop at the door
    }

    [Fact]
    public void What_throws_is_reported_with_its_seed_and_can_be_played_again_from_the_file()
    {
        using var output = new StringWriter();
        var folder = Directory.CreateTempSubdirectory("hg-fuzz-");
        try
        {
            Assert.False(new FuzzRun(new Fragile(), 5, output, folder.FullName).Run(1000));
            Assert.Contains("--seed 5", output.ToString(), StringComparison.Ordinal);
            var inputs = Trace.Read(folder.GetFiles("fuzz-fragile-5-*.bin").Single().FullName);
            Assert.Throws<FindingException>(() => new Fragile().Run(Epoch.Replay(inputs)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        Assert.Equal(Inputs(7), Inputs(7));
        Assert.NotEqual(Inputs(7), Inputs(8));

        static List<string> Inputs(ulong seed)
        {
            var epoch = Epoch.Fresh(seed, 500, new Corpus(100), _ => { });
            new CdbSurface().Run(epoch);
            return [.. epoch.Inputs.Select(Convert.ToHexString)];
        }
    }

    private static Surface Make(string name) => name switch
    {
        "cdb" => new CdbSurface(),
        "login" => new LoginSurface(),
        _ => new PduSurface(),
    };

    /// <summary>Breaks on one byte in 256.</summary>
    private sealed class Fragile : Surface
    {
        public override string Name => "fragile";

        public override void Run(Epoch epoch)
        {
            while (epoch.Next(() => [epoch.Dice.Byte()]) is { } input)
                if (input[0] == 42) throw new FindingException("42");
        }
    }
}
