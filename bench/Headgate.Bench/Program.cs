using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Headgate.Bench;

// headgate-bench scheduler [BenchmarkDotNet's own options]
// headgate-bench scheduler-quick
// headgate-bench isolation FILE [SECONDS]
switch (args)
{
    case ["scheduler", .. var rest]:
        BenchmarkRunner.Run<SchedulerBenchmark>(DefaultConfig.Instance, rest);
        return 0;
    case ["scheduler-quick"]:
        SchedulerBenchmark.Quickly();
        return 0;
    case ["isolation", var file]:
        return Isolation.Run(file, seconds: 5);
    case ["isolation", var file, var seconds]:
        return Isolation.Run(file, int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
    default:
        Console.Error.WriteLine("usage: headgate-bench scheduler [options of BenchmarkDotNet] | scheduler-quick | isolation FILE [SECONDS]");
        return 2;
}
