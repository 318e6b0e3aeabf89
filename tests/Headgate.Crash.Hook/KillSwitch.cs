using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Headgate.Crash.Hook;

/// <summary>
/// Counts the points that the program passes (each step of an operation before it is tried, after it, and after it is journalled;
/// each database transaction before and after its commit) and kills the process with SIGKILL at the one that was asked for.
/// A socket takes <c>arm N</c> (die at the N-th point from now on; 0 for never), and answers with how many were passed since the arming before.
/// </summary>
internal static partial class KillSwitch
{
    private const string Operations = "Headgate.Operations";
    private const string Database = "Microsoft.EntityFrameworkCore";
    private const string Committing = "Microsoft.EntityFrameworkCore.Database.Transaction.TransactionCommitting";
    private const string Committed = "Microsoft.EntityFrameworkCore.Database.Transaction.TransactionCommitted";
    private const int SigKill = 9;

    private static readonly Lock Turn = new();
    private static readonly ManualResetEvent Dead = new(false); // never set
    private static string _socket = "";
    private static int _passed;
    private static int _dieAt;

    public static void Install(string socket)
    {
        _socket = socket;
        DiagnosticListener.AllListeners.Subscribe(new Listeners());
        new Thread(Serve) { IsBackground = true, Name = "kill switch" }.Start();
    }

    private static void Reach(string point)
    {
        lock (Turn)
        {
            if (++_passed != _dieAt) return;
            File.WriteAllText(_socket + ".died", point);
            _ = Kill(Environment.ProcessId, SigKill);
            Dead.WaitOne(); // the signal is on its way; nothing more is done
        }
    }

    private static void Serve()
    {
        File.Delete(_socket);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_socket));
        listener.Listen();
        while (true)
        {
            using var client = listener.Accept();
            var line = new byte[64];
            var words = Encoding.ASCII.GetString(line, 0, client.Receive(line)).Trim().Split(' ');
            int passed;
            lock (Turn)
            {
                passed = _passed;
                (_passed, _dieAt) = (0, int.Parse(words[1], CultureInfo.InvariantCulture));
            }
            client.Send(Encoding.ASCII.GetBytes(passed.ToString(CultureInfo.InvariantCulture) + "\n"));
        }
    }

    private sealed class Listeners : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == Operations) value.Subscribe(new Steps());
            if (value.Name == Database) value.Subscribe(new Commits(), static name => name is Committing or Committed);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Steps : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value) => Reach(value.Key);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Commits : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value) => Reach(value.Key == Committing ? "commit/before" : "commit/after");

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
