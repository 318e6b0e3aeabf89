Console.WriteLine("headgate");
