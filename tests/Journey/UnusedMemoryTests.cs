using System.Globalization;
using System.Runtime.InteropServices;
using Usher.Cli.Running;

namespace Usher.Journey.Tests;

/// <summary>What a road gives back to the system.</summary>
public sealed class UnusedMemoryTests
{
    private const int Blocks = 65_536;

    private const int BlockSize = 1024;

    [Fact]
    public unsafe void What_the_C_library_keeps_is_given_back()
    {
        var blocks = new nint[Blocks];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (nint)NativeMemory.Alloc(BlockSize);
            new Span<byte>((void*)blocks[i], BlockSize).Fill(1);
        }

        // The last one stands on top of the others, which the C library then keeps.
        for (var i = 0; i < blocks.Length - 1; i++) NativeMemory.Free((void*)blocks[i]);
        var kept = Resident();

        UnusedMemory.Release();

        // Others allocate meanwhile.
        Assert.InRange(Resident(), 0, kept - (Blocks * BlockSize / 2));
        NativeMemory.Free((void*)blocks[^1]);
    }

    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
