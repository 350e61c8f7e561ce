namespace Usher.Cli;

/// <summary>Something that the person at the terminal can mend: its message is printed alone, and the command ends with a failure.</summary>
internal sealed class UserException(string message, int exitCode = ExitCodes.Failure) : Exception(message)
{
    internal int ExitCode { get; } = exitCode;
}
