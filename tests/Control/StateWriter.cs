using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Control.State;
using Usher.Model.Contracts;

namespace Usher.Control.Tests;

/// <summary>This program as a process that writes to a store until it is killed: what it does instead of running tests when a variable says so.</summary>
internal static class StateWriter
{
    internal const string Variable = "USHER_STATE_WRITER";

    internal const int Kept = 50;

    /// <summary>Before anything else of this program runs.</summary>
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder) return;
        using var store = new SqliteStateStore(new StateStoreOptions(folder), NullLogger<SqliteStateStore>.Instance);
        var number = store.Find("pair", "left") is { } left ? long.Parse(Encoding.ASCII.GetString(left), CultureInfo.InvariantCulture) : 0;
        while (true)
        {
            number++;
            var text = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            store.Write(new StateBatch().Put("pair", "left", text).Put("rows", RowKey(number), Row(number)).KeepLast("rows", Kept).Put("pair", "right", text));
            Console.Out.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }

    internal static string RowKey(long number) => number.ToString("D12", CultureInfo.InvariantCulture);

    internal static byte[] Row(long number) => Encoding.ASCII.GetBytes(new string((char)('a' + (number % 26)), 3_000 + (int)(number % 4_000)));
}
