print("hrmbot")
