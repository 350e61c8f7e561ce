global using Usher.Tests;
