using System.Globalization;

namespace Headgate.Fuzz;

/// <summary>
/// <c>Headgate.Fuzz [--surface cdb|login|pdu|all] [--inputs N] [--seed S] [--out DIR] [--replay FILE]</c>. Ends with 0 when
/// nothing was found, 1 when something was, 2 when it was called wrongly, 3 when the subject hangs.
/// </summary>
internal static class Program
{
    // Of all inputs: those of a PDU cost most, since each crosses the real connection and its threads.
    private static readonly (Func<Surface> Make, int Percent)[] Surfaces =
        [(() => new CdbSurface(), 50), (() => new LoginSurface(), 35), (() => new PduSurface(), 15)];

    public static int Main(string[] args)
    {
        if (args.Length % 2 != 0) return Usage();
        var given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        if (given.Keys.Except(["--surface", "--inputs", "--seed", "--out", "--replay"]).Any()) return Usage();
        var name = given.GetValueOrDefault("--surface", "all");
        var chosen = Surfaces.Where(surface => name == "all" || surface.Make().Name == name).ToList();
        if (chosen.Count == 0) return Usage();
        if (given.TryGetValue("--replay", out var file)) return Replay(chosen, file);

        var inputs = long.Parse(given.GetValueOrDefault("--inputs", "1000000"), CultureInfo.InvariantCulture);
        var seed = given.TryGetValue("--seed", out var text) ? ulong.Parse(text, CultureInfo.InvariantCulture) : (ulong)DateTime.UtcNow.Ticks;
        Console.Out.WriteLine($"seed {seed}, {inputs} inputs");
        var whole = chosen.Sum(surface => surface.Percent);
        var isClean = true;
        foreach (var (make, percent) in chosen)
            isClean &= new FuzzRun(make(), seed, Console.Out, given.GetValueOrDefault("--out", ".")).Run(inputs * percent / whole);
        Console.Out.WriteLine(isClean ? "nothing found" : "something was found");
        return isClean ? 0 : 1;
    }

    private static int Replay(List<(Func<Surface> Make, int Percent)> chosen, string file)
    {
        if (chosen.Count != 1) return Usage();
        chosen[0].Make().Run(Epoch.Replay(Trace.Read(file)));
        Console.Out.WriteLine("nothing found");
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("Headgate.Fuzz [--surface cdb|login|pdu|all] [--inputs N] [--seed S] [--out DIR] [--replay FILE, with --surface]");
        return 2;
    }
}
